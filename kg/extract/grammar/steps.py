"""The steps of a path from a trigger to a participant (``frames.yaml`` names them)."""

from collections.abc import Callable

from spacy.tokens import Token

from kg.extract.grammar import syntax

_ADVERBIAL = frozenset({"advmod", "acomp", "oprd", "prt", "xcomp", "ccomp"})


def walked(token: Token, step: str) -> list[Token]:
    """The tokens that one step leads to; a step of no other name is a preposition."""
    if step in _STEPS:
        return _STEPS[step](token)
    if step.endswith("+ing"):
        return syntax.gerunds(token, step.removesuffix("+ing"))
    if step.startswith("complement:"):
        return [t for t in syntax.complements(token) if f"complement:{t.lemma_}" == step]
    found = syntax.prepositional(token, step)
    if not found and token.dep_ in ("acomp", "oprd"):  # "is valid for …", hung on the verb
        found = syntax.prepositional(token.head, step)
    if not found and syntax.is_verb(token):  # "put gallium on the list": parsed as "gallium on the list"
        found = [p for noun in syntax.objects(token) for p in syntax.prepositional(noun, step)]
    return found


def _subjects(token: Token) -> list[Token]:
    if token.dep_ not in ("acomp", "oprd") and token.pos_ != "ADJ":
        return syntax.subjects(token)
    return _adjective_subjects(token)


def _adjective_subjects(token: Token) -> list[Token]:
    if token.dep_ in ("acomp", "oprd", "attr") and syntax.is_verb(token.head):
        return syntax.raw_subjects(token.head)
    return [token.head] if token.dep_ == "amod" and token.i > token.head.i else []


def _is_wished(clause: Token) -> bool:
    """ "For deliveries to be brought forward": what is asked for."""
    return any(c.dep_ == "mark" and c.lower_ == "for" for c in clause.children)


_STEPS: dict[str, Callable[[Token], list[Token]]] = {
    "self": lambda token: [token],
    "subject": _subjects,
    "object": syntax.objects,
    "recipient": syntax.recipients,
    "complement": syntax.complements,
    "modifier": lambda token: list(reversed(syntax.nominal_modifiers(token))),
    "nationality": lambda token: [t for t in syntax.nominal_modifiers(token) if t.ent_type_ == "NORP"],
    "owner": syntax.owners,
    "adverb": lambda token: [t for t in token.children if t.dep_ in _ADVERBIAL],
    "content": lambda token: [t for t in token.children if t.dep_ == "ccomp" and syntax.is_verb(t)],
    "lasting": lambda token: [t for t in token.children if t.dep_ in ("npadvmod", "dobj")],
    "infinitive": lambda token: [
        t for t in syntax.complements(token) if any(c.tag_ == "TO" for c in t.children)
    ],
    "side": lambda token: [t for t in token.children if t.dep_ in ("advcl", "ccomp") and _is_wished(t)],
    "attribute": lambda token: [t for t in token.children if t.dep_ == "attr"],
}
