"""The words for a participant: the stretch of text of a noun phrase, and the numbers in it."""

from collections.abc import Iterable

from spacy.tokens import Span, Token

from kg.claims.claim import Qualifier, Quantity
from kg.extract.grammar import syntax

_NUMBERS = {
    word: number
    for number, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
        "sixteen seventeen eighteen nineteen twenty".split()
    )
} | {
    "dozen": 12,
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
    "hundred": 100,
    "both": 2,
    "neither": 2,
    "million": 10**6,
}
SHARES = {"half": 0.5, "quarter": 0.25, "third": 1 / 3, "two-thirds": 2 / 3, "three-quarters": 0.75}
QUALIFIERS: tuple[tuple[str, Qualifier], ...] = (
    ("at least", Qualifier.AT_LEAST),
    ("at most", Qualifier.AT_MOST),
    ("up to", Qualifier.AT_MOST),
    ("no more than", Qualifier.AT_MOST),
    ("no fewer than", Qualifier.AT_LEAST),
    ("fewer than", Qualifier.FEWER_THAN),
    ("less than", Qualifier.FEWER_THAN),
    ("under", Qualifier.FEWER_THAN),
    ("more than", Qualifier.MORE_THAN),
    ("over", Qualifier.MORE_THAN),
    ("just over", Qualifier.MORE_THAN),
    ("about", Qualifier.ABOUT),
    ("around", Qualifier.ABOUT),
    ("roughly", Qualifier.ABOUT),
    ("approximately", Qualifier.ABOUT),
    ("nearly", Qualifier.ABOUT),
    ("almost", Qualifier.ABOUT),
    ("some", Qualifier.ABOUT),
)
_TRADING = frozenset({"export", "import", "ship", "sell", "supply"})
_PUBLIC = frozenset("ministry government department administration commission agency office council".split())
_REACH = 4
_SMALL = 20
_LIST = 3
_LONG = 12
_CLAUSES = frozenset({"relcl", "appos", "advcl", "acl"})
_COUNTERS = frozenset({"nummod", "quantmod"})


def number(word: str) -> float | None:
    """The value of a number in figures or words; ``None`` if it is none."""
    plain = word.lower().replace(",", "")
    if plain in _NUMBERS:
        return float(_NUMBERS[plain])
    try:
        value = float(plain)
    except ValueError:
        return None
    return value if abs(value) < 1e15 else None


def phrase(noun: Token, *, clauses: bool = True, numbers: bool = False, lists: bool = False) -> Span:
    """The noun phrase of a head noun; with its subordinate clauses, its count, its list only if asked for."""
    dropped: set[int] = set()
    stop = noun.i
    for child in noun.children:
        named = noun.pos_ == "PROPN"
        drop = child.lower_ in ("including", "citing", "according")
        if child.dep_ in _CLAUSES and (not clauses or (named and child.i > noun.i)):
            drop = True
        if syntax.misread_participle(child) or (child.dep_ == "relcl" and _after_comma(child)):
            drop = True
        if child.dep_ in ("appos", "conj") and child.i > noun.i and _is_denied(child):
            drop = True  # "four producers, not five"
        if (child.dep_ in ("conj", "cc", "preconj") and not lists) or (child.dep_ == "det" and named):
            drop = True
        if named and child.dep_ == "prep" and not _part_of_name(child):
            drop = True
        if not numbers and child.dep_ == "nummod" and child.i < noun.i:
            dropped |= {t.i for t in noun.doc[noun.left_edge.i : child.i + 1]}
        if drop:
            dropped |= {t.i for t in child.subtree}
            if child.i > noun.i:
                stop = max(stop, child.i)
    dropped |= {c.i for c in noun.children if c.dep_ == "case"}
    found = syntax.covering((t for t in noun.subtree if t.i not in dropped), noun)
    return _unbroken(_less_verb(found or noun.doc[noun.i : noun.i + 1]))


def _is_denied(word: Token) -> bool:
    return any(c.dep_ == "neg" for c in word.children)


def _unbroken(found: Span) -> Span:
    """The phrase with the other halves of hyphenated words at its ends, which the parse may leave out."""
    doc, start, end = found.doc, found.start, found.end
    while start > found.sent.start and _is_joined(doc[start - 1]):
        start -= 1
    while end < found.sent.end and _is_joined(doc[end - 1]):
        end += 1
    return doc[start:end]


def _is_joined(left: Token) -> bool:
    """Whether a token and the next are parts of one hyphenated word."""
    right = left.nbor() if left.i + 1 < len(left.doc) else left
    hyphen = left.text == "-" or right.text == "-"
    return hyphen and not left.whitespace_ and right.i > left.i


def _less_verb(found: Span) -> Span:
    """The phrase without a verb that was read as part of it ("a license *to export magnets*")."""
    misread = (
        len(found) > 1
        and found.start > 0
        and found[0].lower_ in _TRADING
        and found.doc[found.start - 1].lower_ == "to"
    )
    return found[1:] if misread else found


def bounded(noun: Token, *, lists: bool = False) -> Span:
    """The noun phrase, cut to the noun and what stands before it where the parse hung a clause on it."""
    span = phrase(noun, lists=lists)
    if len(span) <= _LONG:
        return span
    told = [t for t in span if t.tag_ in ("VBD", "VBZ", "VBP", "MD") and not _is_relative(t, noun)]
    return noun.doc[span.start : noun.i + 1] if told else span


def _is_relative(word: Token, noun: Token) -> bool:
    """Whether a word stands in a relative clause below a noun."""
    while noun not in (word, word.head) and word.head != word and word.dep_ != "relcl":
        word = word.head
    return word.dep_ == "relcl"


def _after_comma(clause: Token) -> bool:
    """Whether a relative clause only adds to what is named already ("a firm in X, from which …")."""
    edge = clause.left_edge.i
    return edge > 0 and clause.doc[edge - 1].text == ","


def _part_of_name(preposition: Token) -> bool:
    objects = [c for c in preposition.children if c.dep_ == "pobj"]
    return (
        preposition.lower_ in ("of", "for", "in")
        and bool(objects)
        and objects[0].pos_ == "PROPN"
        and (
            preposition.lower_ != "in"
            or preposition.head.lemma_.lower() in ("chamber", "association", "council")
        )
    )


def compound_up_to(noun: Token, stop_words: frozenset[str]) -> Span:
    """The run of modifiers that ends with the noun (of "new rare earth magnet licenses")."""
    doc, start = noun.doc, noun.i
    while start > noun.sent.start:
        before = doc[start - 1]
        fits = before.dep_ in syntax.MODIFIERS and before.pos_ in ("NOUN", "PROPN", "ADJ")
        if (
            not fits
            or before.lower_ in stop_words
            or before.ent_type_ in ("NORP", "ORDINAL", "DATE", "GPE", "ORG")
        ):
            break
        start -= 1
    return doc[start : noun.i + 1]


def quantity(noun: Token, unit: str | None = None) -> Quantity | None:
    """The number that a noun phrase gives: of things, a percentage, a share. "A license" is not counted."""
    counted = syntax.through(noun)
    lemma = noun.lemma_.lower()
    if noun.lower_ in ("percent", "%") or lemma == "percent":
        return _first_number(noun, noun.children, "percent")
    if lemma in SHARES and counted != noun:
        return Quantity(value=round(SHARES[lemma], 4), qualifier=_qualifier(noun), unit="share")
    if lemma in SHARES and noun.head.lower_ == "by":  # "cut by two thirds", "by roughly one third"
        parts = next((number(c.text) or 1 for c in noun.children if c.dep_ == "nummod"), 1)
        first = next((c for c in noun.children if c.dep_ == "nummod"), noun)
        return Quantity(value=round(SHARES[lemma] * parts, 4), qualifier=_qualifier(first), unit="share")
    if noun.tag_ == "CD" and _one_in(noun) is not None:
        return Quantity(value=_one_in(noun) or 0.0, qualifier=_qualifier(noun), unit="share")
    if noun.tag_ == "CD":
        value = number(noun.text)
        what = unit or (phrase(counted).text if counted != noun else None)
        return None if value is None else Quantity(value=value, qualifier=_qualifier(noun), unit=what)
    if lemma == "dozen" and counted != noun:
        return Quantity(value=12, qualifier=_qualifier(noun), unit=phrase(counted).text)
    return _first_number(
        counted,
        (c for c in counted.children if c.dep_ == "nummod"),
        unit or phrase(counted, clauses=False).text,
    )


def _one_in(token: Token) -> float | None:
    """ "One in five" as a share."""
    for whole in syntax.prepositional(token, "in"):
        part, base = number(token.text), number(whole.text)
        if part and base and part < base <= _SMALL and whole.tag_ == "CD":
            return round(part / base, 4)
    return None


def _first_number(noun: Token, children: Iterable[Token], unit: str) -> Quantity | None:
    for child in children:
        value = number(child.text) if child.tag_ == "CD" or child.lower_ in _NUMBERS else None
        if value is not None and child.i < noun.i:
            return Quantity(value=value, qualifier=_qualifier(child), unit=unit)
    return None


def _qualifier(number_token: Token) -> Qualifier:
    start = max(number_token.sent.start, number_token.i - _REACH)
    before = " " + number_token.doc[start : number_token.i].text.lower().removesuffix(" a").removesuffix(
        " an"
    )
    for words, qualifier in QUALIFIERS:
        if before.endswith(" " + words):
            return qualifier
    return Qualifier.EXACT


def is_telling(noun: Token, speech: dict[str, frozenset[str]]) -> bool:
    """Whether a noun stands for what is told ("report"), guessed ("rumor") or expected ("plan")."""
    lemma = noun.lemma_.lower()
    return any(lemma in speech[name] for name in ("tellings", "hedges", "expectations"))


def names(noun: Token) -> list[str]:
    """The names of a list of three or more around a noun ("X, Y Metals and Z"), read off the commas."""
    doc, start, end = noun.doc, noun.i, noun.i + 1
    while start > noun.sent.start and _in_list(doc[start - 1]):
        start -= 1
    while end < noun.sent.end and _in_list(doc[end]):
        end += 1
    items, joined = [""], False
    for token in doc[start:end]:
        if token.ent_type_ in ("DATE", "TIME") or (
            token.i == start > 0 and token.nbor(-1).pos_ == "ADP" and token.nbor(-1).lower_ != "to"
        ):
            return []  # "on Monday, X, Y and Z"
        if token.text == "," or token.lower_ == "and":
            items += [""] if items[-1] else []
            joined = token.lower_ == "and" or joined
        else:
            items[-1] += token.text_with_ws
    found = [item.strip() for item in items if item.strip()]
    return found if joined and len(found) >= _LIST else []


def _in_list(token: Token) -> bool:
    return token.lower_ in (",", "and", "&") or (
        token.text[0].isupper() and token.tag_ not in ("IN", "DT", "PRP")
    )


def name_alone(noun: Token, text: str) -> str:
    """A firm's name without where it is from ("Kulim-based X", "Norway's X") or a day before it."""
    skip = noun.left_edge
    while skip.i < noun.i and (skip.ent_type_ == "DATE" or skip.lower_ in ("the", "a")):
        skip = skip.nbor(1)
    for child in noun.children:
        land = child.dep_ == "poss" and child.ent_type_ == "GPE" and noun.lemma_.lower() not in _PUBLIC
        based = child.dep_ in syntax.MODIFIERS and child.lower_.endswith("based")
        if (land or based) and child.i < noun.i:
            end = child.right_edge.i if land else child.i
            skip = noun.doc[max(skip.i, end + 1)]
    words = str(noun.doc[skip.i : noun.i + 1].text)
    _, found, rest = text.partition(words)
    return words + rest if skip.i > noun.left_edge.i and found and words else text
