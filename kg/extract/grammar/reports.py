"""The grammar of reports: which clause is what somebody says, and which words are quoted."""

from spacy.tokens import Token

from kg.extract.grammar import syntax

CITING = frozenset({"citing", "quoting"})
"""Words that name whose account is passed on."""
_BESIDE = frozenset(
    {
        "because",
        "if",
        "when",
        "while",
        "as",
        "after",
        "before",
        "since",
        "although",
        "though",
        "unless",
        "until",
        "once",
        "whereas",
    }
)
_TALLIES = frozenset({"tally", "count", "reckoning", "estimate", "calculation", "account", "assessment"})
_OPEN, _CLOSE, _PLAIN = "“«", "”»", '"'


def cites(token: Token) -> bool:
    """Whether a word names whose account is passed on: "citing", "according to", "per Nikkei"."""
    if token.lower_ == "per":
        return any(c.dep_ == "pobj" and c.pos_ == "PROPN" for c in token.children)
    return token.lower_ in CITING or token.lower_ == "according" or _tally(token) is not None


def cited_by(token: Token) -> list[Token]:
    """Whose account it is."""
    if token.lower_ == "according":
        return syntax.prepositional(token, "to")
    if token.lower_ == "per":
        return [c for c in token.children if c.dep_ == "pobj"]
    tally = _tally(token)
    if tally is not None:
        return [*syntax.owners(tally), *syntax.prepositional(tally, "of")]
    return syntax.objects(token)


def _tally(token: Token) -> Token | None:
    """Whose count it is: "*by* X's tally", "*by* the reckoning of X"."""
    if token.lower_ != "by":
        return None
    found = [c for c in token.children if c.dep_ == "pobj" and c.lemma_.lower() in _TALLIES]
    return found[0] if found else None


def ends_noun(token: Token, end: int) -> bool:
    """Whether a noun ends its run of nouns ("trade *data* from …", not "*trade* data")."""
    after = token.i + 1
    return after >= end or token.doc[after].pos_ not in ("NOUN", "PROPN")


def has_fronted(verb: Token) -> bool:
    """Whether what is said stands before its verb ("It will stop, X said, after …")."""
    return any(c.dep_ == "ccomp" and c.i < verb.i and syntax.is_verb(c) for c in verb.children)


def leads(clause: Token, verb: Token) -> bool:
    """ "17 have been approved, the official said": what is said first, parsed as a clause beside."""
    if clause.dep_ != "advcl" or clause.i > verb.i or not syntax.is_verb(clause):
        return False
    if any(c.dep_ in ("mark", "advmod") and c.lower_ in _BESIDE for c in clause.children):
        return False
    own = any(c.dep_ in syntax.NOUN_SUBJECTS for c in clause.children)
    return own and clause.tag_ != "VBG" and not any(c.tag_ == "TO" for c in clause.children)


def clause_of(token: Token) -> Token | None:
    """The verb whose clause a token stands in, words that cite left out."""
    for node in syntax.ancestors(token):
        if syntax.is_verb(node) and node.lower_ not in CITING | {"according"}:
            return node
    return None


def in_quotes(token: Token) -> bool:
    """Whether an odd number of quotation marks stands before the token in its passage."""
    depth, plain = 0, False
    for before in token.doc[: token.i]:
        if before.text in _OPEN:
            depth += 1
        elif before.text in _CLOSE:
            depth = max(0, depth - 1)
        elif before.text in (_PLAIN, "``", "''"):
            plain = not plain
    return plain or depth > 0
