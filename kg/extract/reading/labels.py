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
    _floor: str | None = None
    _known: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, text: str, body: int, lexicon: Lexicon) -> "Labels":
        """The labels of a text whose running part begins at ``body``."""
        return cls(text, lexicon, _answering_by_name(text), _answering(text, body, lexicon))

    def before(self, begin: int, end: int) -> tuple[str | None, bool]:
        """Who is named before a passage as speaking, and whether that is a question by an outlet or body."""
        line = self.text[max(self.text.rfind("\n", 0, begin) + 1, begin - _LONGEST_LABEL) : begin]
        match = _LABEL.search(line)
        if match is None:
            return self._floor, False
        named: str | None = match["inner"] or match["office"]
        if match["who"] in _ASKING and named:
            self._floor = None
            return str(named), True
        asked = self.text[begin:end].rstrip().endswith("?")
        if self.speaker is not None and (asked or match["who"] == self.speaker):
            label: str | None = match["who"]
            asks = asked
        else:
            label, asks = self._label(match), False
        self._floor = label if match["inner"] and _HONOR.match(match["inner"]) else None
        return label, asks

    def _label(self, match: re.Match[str]) -> str | None:
        who = str(match["inner"] or match["who"])
        if who in ("A", "Answer"):
            return self.answers
        if match["office"]:
            self._known.add(match["who"])
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
