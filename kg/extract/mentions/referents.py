"""What a text speaks of: its passages, and the nouns in them that others may take up."""

from dataclasses import dataclass

from spacy.tokens import Doc, Token

from kg.claims.source import SourceKind, Voice

_STEM = 6


@dataclass(frozen=True)
class Passage:
    """A parsed stretch of the text; ``offset`` is where it starts, in code points."""

    doc: Doc
    offset: int
    speaker: str | None = None
    """Who is named before it as speaking ("Mr Pugh: …")."""
    asks: bool = False
    """Whether it is a question, and its speaker an outlet or body ("Q (Tokyo Daily): …")."""

    def at(self, token: Token) -> int:
        """Where the token starts in the whole text."""
        return self.offset + token.idx


@dataclass(frozen=True)
class Referent:
    """Something spoken of: its head noun and where it stands."""

    token: Token
    at: int
    named: bool


def apposed(noun: Token) -> Token | None:
    """The name beside a noun ("the supplier, *X*")."""
    return next((c for c in noun.children if c.dep_ == "appos" and c.pos_ == "PROPN"), None)


def names_one(text: str, titles: frozenset[str]) -> bool:
    """Whether a text may name somebody of one of the titles."""
    lowered = text.lower()
    return any(title[:_STEM] in lowered for title in titles)


def introductions(doc: Doc, titles: frozenset[str]) -> list[Voice]:
    """The voices of those whom a passage names with a title ("Spokesperson Gao Wenyuan")."""
    found: list[Voice] = []
    for token in doc:
        if token.lemma_.lower() not in titles:
            continue
        end = token.i + 1
        if end < len(doc) and doc[end].text == ",":
            end += 1
        start = end
        while end < len(doc) and doc[end].pos_ == "PROPN":
            end += 1
        if end > start:
            words = str(doc[start:end].text)
            text = str(doc[token.left_edge.i if token.dep_ != "compound" else token.i : end].text)
            found.append(Voice(kind=SourceKind.SPOKESPERSON, name=words, text=text))
    return found


def speaks(noun: Token) -> bool:
    """Whether a noun is who says something."""
    return noun.dep_ == "nsubj" and noun.head.lemma_ in ("say", "tell", "add", "report", "note")


def by_sentence(referents: list[Referent], since: int) -> list[list[Referent]]:
    """Referents from an offset on, sentence by sentence, the last sentence first."""
    sentences: list[list[Referent]] = []
    for referent in reversed(referents):
        if referent.at < since:
            break
        if sentences and sentences[-1][0].token.sent == referent.token.sent:
            sentences[-1].insert(0, referent)
        else:
            sentences.append([referent])
    return sentences


def among(referents: list[Referent], *functions: str) -> list[Referent]:
    """Those of the referents that have one of the functions in their clauses."""
    return [r for r in referents if r.token.dep_ in functions]
