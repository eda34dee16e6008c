"""The words for a measure, with what it is on; one that only points back is the one described before."""

from dataclasses import dataclass, field

from spacy.tokens import Token

from kg.claims.claim import ClaimType
from kg.extract.events.finding import Event
from kg.extract.grammar import syntax, wording

_POINTING = frozenset({"the", "this", "that", "these", "those"})
_RULES = frozenset({"rule", "measure", "control", "curb", "restriction", "requirement", "regulation"})
_ASKED = frozenset({ClaimType.REQUEST, ClaimType.STATEMENT_OF_POLICY})
"""What is asked for or planned is no measure yet that "the measure" could stand for."""
_BARE = 2
"""So many words point back: "the rules"."""


@dataclass
class Measures:
    """The measures that a text has described so far."""

    _told: list[str] = field(default_factory=list)

    def words(self, noun: Token, event: Event) -> str:
        """The words for a measure that an event is about."""
        span = wording.phrase(noun, clauses=False, lists=True)
        end = _with_object(noun, _with_clause(noun, span.end, event))
        words = str(noun.doc[span.start : end].text)
        if end - span.start > _BARE or span[0].lower_ not in _POINTING:
            if event.type not in _ASKED:
                self._told.append(words)
        elif noun.lemma_.lower() in _RULES:
            return next((told for told in reversed(self._told) if _is_same(told, noun)), words)
        return words


def _with_clause(noun: Token, end: int, event: Event) -> int:
    """Where the measure ends with a clause that says which one it is ("rule *that bars …*")."""
    told = {t.i for t in (event.trigger, *event.parts)}
    for clause in noun.children:
        adjacent = clause.dep_ in ("relcl", "acl") and clause.left_edge.i == end
        if adjacent and not told & {t.i for t in clause.subtree}:
            end = clause.right_edge.i + 1
            while noun.doc[end - 1].is_punct:
                end -= 1
            return end
    return end


def _with_object(noun: Token, end: int) -> int:
    """Where it ends with what it is on, also where the parse hangs that on the verb ("put curbs on …")."""
    doc = noun.doc
    if end >= noun.sent.end or doc[end].lower_ not in ("on", "over", "against") or doc[end].dep_ != "prep":
        return end
    below = list(doc[end].subtree)
    inner = [t for t in below if t.ent_type_ in ("DATE", "TIME") or syntax.is_verb(t) or t.is_punct]
    stop = min((t.i for t in inner), default=max(t.i for t in below) + 1)
    while stop - 1 > end and doc[stop - 1].pos_ in ("ADP", "CCONJ", "SCONJ", "DET", "PRON"):
        stop -= 1
    return max(end, stop) if doc[stop - 1].pos_ != "NUM" else end


def _is_same(told: str, noun: Token) -> bool:
    """Whether "the curbs" may stand for what was told before: the same word, or a general one."""
    words = told.lower().split()
    same = noun.lemma_.lower()
    return len(words) > _BARE and (same == "measure" or any(w.startswith(same) for w in words))
