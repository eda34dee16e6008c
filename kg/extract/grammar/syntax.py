"""Reading a dependency parse: who does what to whom, active and passive brought together.

Labels are those of the ClearNLP scheme that spaCy's English models use.
"""

from collections.abc import Iterable, Iterator

from spacy.tokens import Span, Token

SUBJECTS = frozenset({"nsubj", "csubj", "expl"})
PASSIVE_SUBJECTS = frozenset({"nsubjpass", "csubjpass"})
NOUN_SUBJECTS = frozenset({"nsubj", "nsubjpass"})
"""Labels of a noun that is the subject of its clause, active or passive."""
OBJECTS = frozenset({"dobj", "obj"})
CLAUSES = frozenset({"ccomp", "xcomp", "advcl", "acl", "relcl", "parataxis", "csubj", "pcomp", "dep"})
MODIFIERS = frozenset({"compound", "amod", "nmod"})
NOMINAL = NOUN_SUBJECTS | {"dobj", "pobj", "attr", "conj"}
"""Labels of nouns: a "verb" that bears one was a noun ("gallium permits were issued")."""
RELATIVE = frozenset({"WDT", "WP", "WP$"})
_COUNTED = frozenset(
    "part parts percent quarter half third number majority handful batch dozen dozens series couple some any "
    "many most all none one two three four several few both each hundreds share % bulk rest lot "
    "piece pieces slip scrap fifth tenth twice trickle fraction".split()
)


def is_verb(token: Token) -> bool:
    """Whether the token heads a clause."""
    return token.pos_ in ("VERB", "AUX") and token.dep_ not in ("aux", "auxpass")


def is_passive(verb: Token) -> bool:
    """Whether a verb is passive: by its auxiliary, or as a bare past participle after a noun."""
    if any(child.dep_ in ("auxpass", "nsubjpass", "csubjpass") for child in verb.children):
        return True
    bare = verb.tag_ == "VBN" and not _children(verb, {"aux"})
    if bare and verb.dep_ == "ccomp":  # "saw their applications rejected"
        return verb.head.lemma_ in ("see", "have", "get", "find") and verb.i > verb.head.i
    if bare and verb.dep_ == "conj" and _children(verb, SUBJECTS):  # "four were approved and six rejected"
        return verb.head != verb and is_passive(verb.head)
    return bare and verb.dep_ in ("acl", "amod")


def _children(token: Token, deps: Iterable[str]) -> list[Token]:
    return [child for child in token.children if child.dep_ in deps]


def through(token: Token) -> Token:
    """The noun that a phrase is about: "a number of suppliers" → suppliers."""
    for _ in range(3):
        if token.lower_ not in _COUNTED and token.lemma_.lower() not in _COUNTED and token.tag_ != "CD":
            break
        inner = [p for child in token.children if child.lower_ == "of" for p in _children(child, {"pobj"})]
        if not inner:
            break
        token = inner[0]
    return token


def conjuncts(token: Token) -> list[Token]:
    """The token and what is coordinated with it ("X, Y and Z"), in order; nouns only."""
    found, stack = [token], [token]
    while stack:
        for child in stack.pop().children:
            if child.dep_ == "conj" and child.pos_ in ("NOUN", "PROPN", "NUM"):
                found.append(child)
                stack.append(child)
    return sorted(found, key=lambda t: t.i)


def listed(token: Token) -> list[Token]:
    """The members of a list ("X, Y and Z"), in order, those that were parsed as appositions included."""
    found, stack = [token], [token]
    while stack:
        for child in stack.pop().children:
            named = child.pos_ == "PROPN" or (child.text[0].isupper() and child.pos_ == "NOUN")
            plain = not any(c.dep_ in ("det", "poss") for c in child.children)
            joined = child.dep_ == "conj" and child.pos_ in ("NOUN", "PROPN", "NUM")
            if joined or (child.dep_ == "appos" and named and plain and token.pos_ == "PROPN"):
                found.append(child)
                stack.append(child)
    coordinated = any(t.dep_ == "conj" for t in found[1:])  # "X, Y" alone may be one and the same
    return sorted(found, key=lambda t: t.i) if coordinated else [token]


def alternative(token: Token) -> bool:
    """Whether only one of a list is meant ("X or Y")."""
    return any(c.dep_ == "cc" and c.lower_ == "or" for member in listed(token) for c in member.children)


def raw_subjects(verb: Token) -> list[Token]:
    """The grammatical subjects of a verb, those it shares with the clause above it included."""
    seen: set[int] = set()
    while verb.i not in seen:
        seen.add(verb.i)
        own = _children(verb, SUBJECTS | PASSIVE_SUBJECTS)
        own = [
            t for t in own if t.tag_ not in RELATIVE
        ] or own  # "the rumor that it obtained": "that" is no subject
        own = own or fronted(verb)
        if own:
            return [_antecedent(subject, verb) for subject in own]
        head = verb.head
        if verb.dep_ == "acl" and any(c.tag_ == "TO" for c in verb.children):  # "China's decision to halt"
            return owners(head)
        if verb.dep_ in ("acl", "relcl"):
            return [head] if head.pos_ in ("NOUN", "PROPN", "PRON") else []
        if verb.dep_ == "amod" or (verb.dep_ in ("xcomp", "acomp") and verb.pos_ == "ADJ" and is_verb(head)):
            verb = head
        elif verb.dep_ == "pcomp" or not is_verb(head):
            verb = head.head if verb.dep_ == "pcomp" and is_verb(head.head) else head
        elif verb.dep_ in ("conj", "xcomp", "advcl", "ccomp"):
            controllers = _children(head, OBJECTS) if verb.dep_ == "xcomp" else []
            if controllers and head.lemma_ in (
                "ask",
                "allow",
                "urge",
                "tell",
                "expect",
                "want",
                "get",
                "force",
            ):
                return controllers
            verb = head
        else:
            return []
    return []


def fronted(verb: Token) -> list[Token]:
    """ "The controls announced in May are on hold": the participle was parsed as a clause of its own."""
    if _children(verb, SUBJECTS | PASSIVE_SUBJECTS):
        return []
    return [
        subject
        for clause in _children(verb, {"ccomp", "csubj"})
        if clause.i < verb.i
        and clause.tag_ in ("VBN", "VBD")
        and not _children(clause, {"aux", "auxpass", "mark"})
        for subject in _children(clause, SUBJECTS | PASSIVE_SUBJECTS)
    ]


def _antecedent(subject: Token, verb: Token) -> Token:
    if subject.tag_ in RELATIVE and verb.dep_ == "relcl":
        return verb.head
    return subject


def misread_participle(verb: Token) -> bool:
    """ "…, approving suppliers": a participle after a comma that was parsed as an adjective."""
    return (
        verb.dep_ == "amod" and verb.tag_ == "VBG" and verb.i > verb.sent.start and verb.nbor(-1).text == ","
    )


def subjects(token: Token) -> list[Token]:
    """Who does it: the subject of an active verb, the "by" phrase of a passive or of a noun."""
    if not is_verb(token) and not misread_participle(token):
        return prepositional(token, "by")
    if is_passive(token):
        agents = [p for child in token.children if child.dep_ == "agent" for p in _children(child, {"pobj"})]
        return agents or (prepositional(token, "by") if not agents else [])
    if misread_participle(token):
        clause = token.head
        while not is_verb(clause) and clause.head != clause:
            clause = clause.head
        return raw_subjects(clause) if is_verb(clause) else []
    return raw_subjects(token)


def objects(token: Token) -> list[Token]:
    """What it is done to: the object of an active verb, the subject of a passive one."""
    if misread_participle(token):
        return [token.head]
    own = _children(token, OBJECTS)
    if token.dep_ == "relcl" and own and all(t.tag_ in RELATIVE for t in own):
        return [token.head]
    if is_passive(token):  # "could not be reached outside business hours"
        return [t for t in own if t.ent_type_ not in ("DATE", "TIME")] or raw_subjects(token)
    if own:
        return own
    relative = [t for t in _children(token, {"attr", "pobj"}) if t.tag_ in RELATIVE]
    return [token.head] if token.dep_ == "relcl" and relative else []


def recipients(token: Token) -> list[Token]:
    """To whom something is given: the first object of two, or the subject of their passive."""
    dative = [t for t in _children(token, {"dative"}) if t.lower_ not in ("to", "for")]
    if dative:
        return dative
    if is_passive(token) and _children(token, OBJECTS):
        return raw_subjects(token)
    return []


def prepositional(token: Token, preposition: str) -> list[Token]:
    """Objects of a preposition that hangs on the token."""
    found = []
    for child in token.children:
        if child.lower_ == "out" and child.dep_ == "prep":  # "run out of magnets"
            found += [p for d in child.children if d.lower_ == preposition for p in _children(d, {"pobj"})]
        if child.lower_ == preposition and child.dep_ in ("prep", "dative", "agent", "prt"):
            found += _children(child, {"pobj"})
            for deeper in _children(child, {"prep"}):  # "from … to …" hangs together
                if deeper.lower_ == preposition:
                    found += _children(deeper, {"pobj"})
    return found


def gerunds(token: Token, preposition: str) -> list[Token]:
    """Verbs after a preposition that hangs on the token ("bars firms *from selling*")."""
    places = [token, *_children(token, OBJECTS)]
    return [
        verb
        for place in places
        for child in place.children
        if child.lower_ == preposition and child.dep_ == "prep"
        for verb in _children(child, {"pcomp"})
    ]


def complements(verb: Token) -> list[Token]:
    """Verbs that complete the verb ("declined *to comment*") or modify the noun."""
    return [
        t for t in verb.children if t.dep_ in ("xcomp", "acl", "relcl", "ccomp") and t.pos_ in ("VERB", "AUX")
    ]


def nominal_modifiers(noun: Token) -> list[Token]:
    """Nouns and adjectives before a noun, the compounds of compounds included, in order."""
    found: list[Token] = []
    stack = [noun]
    while stack:
        head = stack.pop()
        misread = {"nsubj"} if head.pos_ == "VERB" and head.dep_ in NOMINAL else set()
        for child in _children(head, MODIFIERS | misread):
            if child.i < noun.i:
                found.append(child)
                stack.append(child)
    return sorted(found, key=lambda t: t.i)


def owners(noun: Token) -> list[Token]:
    """Whose it is: "X's", "its"."""
    return _children(noun, {"poss"})


def ancestors(token: Token) -> Iterator[Token]:
    """The token's heads, upwards."""
    while token.head != token:
        token = token.head
        yield token


def covering(tokens: Iterable[Token], keep: Token) -> Span | None:
    """The stretch of neighbouring tokens around ``keep``, punctuation and joints trimmed off its ends."""
    wanted = {t.i for t in tokens} | {keep.i}
    start = end = keep.i
    while start - 1 in wanted:
        start -= 1
    while end + 1 in wanted:
        end += 1
    doc = keep.doc
    while start < keep.i and (
        doc[start].is_punct or doc[start].is_space or doc[start].dep_ in ("cc", "mark")
    ):
        if doc[start].lower_ in ("whether", "for"):
            break
        start += 1
    while end > keep.i and (doc[end].is_punct or doc[end].is_space or doc[end].dep_ == "cc"):
        closing = doc[end].text == ")" and any(t.text == "(" for t in doc[start:end])
        if doc[end].text == "%" or closing:
            break
        end -= 1
    return doc[start : end + 1]
