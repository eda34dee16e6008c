"""Reports beside their clause that the parse does not tie to it: ", traders say", ", stressed director X"."""

from collections.abc import Callable

from spacy.tokens import Span, Token

from kg.claims.source import SourceKind, Voice
from kg.extract.grammar import syntax
from kg.extract.grammar.reports import ends_noun
from kg.extract.voices.speakers import Speakers, count_of

_RUN = 12
"""So many words at most name who says it."""
_SAYS = frozenset(
    "say says said show shows showed add adds added report reports reported indicate indicates "
    "suggest suggests reckon reckons note notes".split()
)
_FINITE = frozenset({"VBD", "VBZ", "VBP"})
_SEPARATORS = frozenset({",", "-", "\u2013", "\u2014", "\u201d", '"', "''"})
_CONTENT = frozenset({"ccomp", "xcomp"})


def stray_report(
    trigger: Token, speakers: Speakers, words: Callable[[str], frozenset[str]]
) -> tuple[Voice, Token] | None:
    """The voice and verb of a report in a trigger's sentence that stands apart from its clause by a comma.

    ``words`` gives the words of a list of the lexicon's ``speech``.
    """
    verbs = words("verbs")
    for verb in trigger.sent:
        if verb == trigger or not _tells(verb, verbs):
            continue
        run = _before(verb, trigger)
        voice = _voice(run, speakers, words, verb) if run is not None else None
        if voice is None and _follows_comma(verb) and verb.i > trigger.i:
            voice = _behind(verb, speakers)
        if voice is not None:
            return voice, verb
    return None


def _tells(verb: Token, verbs: frozenset[str]) -> bool:
    """Whether a word reports, and what it reports does not follow it."""
    if not (verb.lower_ in _SAYS or (verb.lemma_.lower() in verbs and verb.tag_ in _FINITE)):
        return False
    content = any(c.dep_ in _CONTENT and c.i > verb.i for c in verb.children)
    that = verb.i + 1 < verb.sent.end and verb.nbor().lower_ in ("that", ":")
    return not content and not that


def _follows_comma(verb: Token) -> bool:
    return verb.i > verb.sent.start and verb.nbor(-1).text in _SEPARATORS


def _before(verb: Token, trigger: Token) -> Span | None:
    """The words between the last comma and a verb, if they are short, hold no verb and follow the trigger."""
    start = verb.i - 1
    while start >= verb.sent.start and verb.doc[start].text not in _SEPARATORS:
        start -= 1
    run: Span = verb.doc[start + 1 : verb.i]
    if start <= trigger.i or not 0 < len(run) <= _RUN:
        return None
    return None if any(syntax.is_verb(t) and t.dep_ not in ("amod", "acl", "relcl") for t in run) else run


def _voice(
    run: Span, speakers: Speakers, words: Callable[[str], frozenset[str]], verb: Token
) -> Voice | None:
    head = next((t for t in run if t.pos_ in ("NOUN", "PROPN") and ends_noun(t, run.end)), None)
    if head is None:
        return None
    text, lemma = str(run.text), head.lemma_.lower()
    if lemma in words("documents"):
        return Voice(kind=SourceKind.DOCUMENT, text=text, verb=verb.lemma_)
    if lemma in words("anonymous"):
        return Voice(kind=SourceKind.ANONYMOUS, count=count_of(run[0]), text=text, verb=verb.lemma_)
    found = speakers.voice(head)
    return found.model_copy(update={"verb": verb.lemma_}) if found is not None else None


def _behind(verb: Token, speakers: Speakers) -> Voice | None:
    """ ", stressed bureau director X, who …": who says it stands behind."""
    end = verb.i + 1
    while end < verb.sent.end and not verb.doc[end].is_punct:
        end += 1
    run = verb.doc[verb.i + 1 : end]
    if not 0 < len(run) <= _RUN:
        return None
    head = next((t for t in run if t.pos_ in ("NOUN", "PROPN") and ends_noun(t, run.end)), None)
    found = speakers.voice(head) if head is not None else None
    return found.model_copy(update={"verb": verb.lemma_}) if found is not None else None
