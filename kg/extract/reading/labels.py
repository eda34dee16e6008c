"""Who speaks in a passage by the label before it: in transcripts, interviews, questions and answers."""

import re
from collections import Counter
from dataclasses import dataclass, field

from kg.extract.lexicon.frames import Lexicon

_HONOR = re.compile(r"(?:Mr|Mrs|Ms|Dr|Sir|Lord|Lady|Baroness|Senator|Minister)\.? ")
_LONGEST_LABEL = 120
_LABEL = re.compile(
    r"(?P<who>[A-Z][\w.\u2019'-]*(?: [\w.\u2019'-]+){0,6})"
    r"(?: \((?P<inner>[^()\n]{3,60})\)|, (?P<office>[^():\n]{3,60}))?: ?(?:\*\*)? ?$"
)
_FIRST_QUESTION = re.compile(r"(?m)^(?:\*\*)?(?:Q|Question)\b")
_FULL_NAME = re.compile(r"\b([A-Z][\w\u2019-]+(?: [A-Z][\w\u2019-]+){1,2})\b")
_LABELLED = re.compile(r"[A-Z][^:.!?\n]{0,80}: (?=[A-Z\u2018\u201c\"])")
_LABELLED_LINES = re.compile(r"(?m)^[A-Z][^:.!?\n]{1,80}: (?=[A-Z\u2018\u201c\"])")
_QUESTION_LINE = re.compile(
    r"(?m)^(?:#{1,4} |\d{1,2}[.)] |Q[.:] )?[*_\"\u201c\u2013\u2014 -]{0,4}"
    r"[A-Z][^\n]{4,250}\?[*_\"\u201d]{0,3}$"
)
_ANSWER_LABEL = re.compile(r"(?m)^(?:\*\*)?([A-Z][\w\u2019-]+):(?:\*\*)? (?=[A-Z])(?![^\n]*\?(?:\*\*)?$)")
_INTRODUCED = re.compile(
    r"\b([A-Z][\w\u2019-]+(?: [A-Z][\w\u2019-]+){1,2})"
    r"(?=(?:, | is | has | runs | heads | leads | was | presides ))"
)
_MANY = 4
"""So many labels make a transcript."""
_MARKS = '*_"\u201d'
_PROMPT = 110
"""So long at most is a line between answers that asks without a question mark."""
_QUESTIONS = 2
"""So many lines that only ask make an interview."""
_ASKING = frozenset({"Q", "Question"})


@dataclass
class Labels:
    """The labels of one text, read in order."""

    text: str
    lexicon: Lexicon
    speaker: str | None
    """Who answers, by a name before passages again and again that running text has, too."""
    answers: str | None
    """Who answers in "Q: … A: …"."""
    interviewed: str | None = None
    """Who is asked in an interview whose questions stand between the answers without labels."""
    transcript: bool = False
    """Whether so many passages bear labels that one without goes on with the one before."""
    body: int = 0
    """Where the running part of the text begins."""
    _titled: dict[str, str] = field(default_factory=dict)
    """By the name of a spokesperson, the label that says that it is one."""
    _floor: str | None = None
    _known: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, text: str, body: int, lexicon: Lexicon) -> "Labels":
        """The labels of a text whose running part begins at ``body``."""
        return cls(
            text,
            lexicon,
            _answering_by_name(text),
            _answering(text, body, lexicon),
            _interviewed(text, body, lexicon),
            len(_LABELLED_LINES.findall(text, body)) >= _MANY,
            body,
        )

    @property
    def surname(self) -> str | None:
        """The last name of who is interviewed."""
        return self.interviewed.rpartition(" ")[2] if self.interviewed else None

    def before(self, begin: int, end: int) -> tuple[str | None, bool]:
        """Who is named before a passage as speaking, and whether that is a question by an outlet or body."""
        line = self.text[max(self.text.rfind("\n", 0, begin) + 1, begin - _LONGEST_LABEL) : begin]
        match = _LABEL.search(line)
        if match is None:
            return self._floor or self._going_on(begin), False
        named: str | None = match["inner"] or match["office"]
        if match["who"] in _ASKING and named:
            self._floor = None
            return str(named), True
        asked = self.text[begin:end].rstrip().endswith("?")
        if self.speaker is not None and (asked or match["who"] == self.speaker):
            label: str | None = self._titled.get(match["who"], match["who"])
            asks = asked
        else:
            label, asks = self._label(match), False
        self._floor = label if match["inner"] and _HONOR.match(match["inner"]) else None
        return label, asks

    def _going_on(self, begin: int) -> str | None:
        """Who speaks without a label: who was asked before, or whose passage is gone on with."""
        before = self.text[: self.text.rfind("\n", 0, begin) + 1].rstrip()
        line = before[before.rfind("\n") + 1 :]
        match = _LABELLED.match(line)
        if match is None:
            if self.interviewed is None or _QUESTION_LINE.search(self.text, self.body, begin) is None:
                return None
            return self.interviewed if line.rstrip(_MARKS).endswith("?") or len(line) <= _PROMPT else None
        label = _LABEL.search(match.group().rstrip())
        short = label is not None and label["who"] in _ASKING | {"A", "Answer"}
        if label is None or not self.transcript or short or line.endswith("?"):
            return None
        return self._label(label)

    def _label(self, match: re.Match[str]) -> str | None:
        who = str(match["inner"] or match["who"])
        if who in ("A", "Answer"):
            return self.answers
        if match["office"]:
            self._known.add(match["who"])
        title, _, name = who.partition(" ")
        if title.lower() in self.lexicon.speech["spokespersons"] and name:
            self._titled[name] = who
        if who in self._titled or name in self._titled:
            return self._titled.get(who) or who
        if self.interviewed is not None and who in (self.surname, _initials(self.interviewed)):
            return self.interviewed
        first = who.split(maxsplit=1)[0].lower()
        given = first in self.lexicon.classes["given_names"] and " " in who
        return _HONOR.sub("", who) if _HONOR.match(who) or given or who in self._known else None


def _answering(text: str, body: int, lexicon: Lexicon) -> str | None:
    """The only one whom the text introduces as a spokesperson, or whom the lead of an interview names."""
    titles = "|".join(sorted(lexicon.speech["spokespersons"]))
    found: set[str] = set(re.findall(rf"\b(?i:{titles}) ((?:[A-Z][\w-]+ ){{1,2}}?[A-Z][\w-]+)", text))
    if len(found) == 1:
        return found.pop()
    first = _FIRST_QUESTION.search(text, body)
    if first is None or found:
        return None
    names: list[str] = _FULL_NAME.findall(text, body, first.start())
    known = lexicon.classes["given_names"]
    given = next((name for name in names if name.split()[0].lower() in known), None)
    return given or next(iter(names), None)


def _answering_by_name(text: str) -> str | None:
    """Who answers in a transcript: the name before passages again and again, and in running text."""
    labels = Counter(re.findall(r"(?m)^([A-Z]\w+(?: [A-Z]\w+){1,2}): (?=[A-Z])", text))
    repeated = [name for name, times in labels.most_common(2) if times > 1 and text.count(name) > times]
    return repeated[0] if len(repeated) == 1 else None


def _initials(name: str) -> str:
    return "".join(word[0] for word in name.split())


def _interviewed(text: str, body: int, lexicon: Lexicon) -> str | None:
    """The full name of who answers in a text with lines that only ask.

    It is labelled by a last name or by initials, or else named, with a given name, before the first question.
    """
    asked = [match.start() for match in _QUESTION_LINE.finditer(text, body)]
    if len(asked) < _QUESTIONS:
        return None
    names: list[str] = _FULL_NAME.findall(text, body)
    for label in _ANSWER_LABEL.findall(text, body):
        for name in names:
            words = name.split()
            if label == words[-1] or label == _initials(name):
                return name
    if len(asked) <= _QUESTIONS:
        return None
    known = lexicon.classes["given_names"]
    lead = [*_FULL_NAME.findall(text, body, asked[0])]
    given = (name for name in lead if name.split()[0].lower() in known)
    return next(given, None) or next(iter(_INTRODUCED.findall(text, body, asked[0])), None)
