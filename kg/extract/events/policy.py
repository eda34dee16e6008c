"""What authorities say in words that no frame knows: policy statements, read off who speaks.

"The ministry said that the controls do not target any country" is a statement of policy
by its speaker, whatever its verb. So is what a state "will" do.
"""

from collections.abc import Iterator

from spacy.tokens import Span, Token

from kg.claims.claim import ClaimType, RoleName
from kg.extract.events.finding import Event, Finder
from kg.extract.grammar import syntax
from kg.extract.lexicon.frames import Frame

R = RoleName
OTHER = Frame(type=ClaimType.OTHER, pos="VERB", where=(), roles=())
FRAME = Frame(type=ClaimType.STATEMENT_OF_POLICY, pos="VERB", where=(), roles=())
_CONTENT = frozenset({"ccomp", "parataxis", "acl"})
_CONTROLS = frozenset({ClaimType.RESTRICTION_IMPOSED, ClaimType.RESTRICTION_EASED})
_FEWEST = 3
"""Shorter clauses ("he said so") state nothing."""


def statements(sentence: Span, events: list[Event], finder: Finder) -> Iterator[Event]:
    """Policy statements of a sentence that none of its events covers."""
    taken = {i for event in events for i in (event.trigger.i, *(p.i for p in event.parts))}
    speech = finder.lexicon.speech
    for verb in sentence:
        if not syntax.is_verb(verb) or verb.i in taken:
            continue
        lemma = verb.lemma_.lower()
        if lemma in speech["verbs"]:
            speaker = _speaker(verb, finder)
            if speaker is None:
                yield from _others(verb, taken, finder)
            else:
                for content in _told_by(verb):
                    colon = any(t.text == ":" for t in verb.doc[content.i : verb.i])
                    if content.dep_ in _CONTENT and syntax.is_verb(content) and not colon:
                        yield from _contents(content, speaker, taken, finder)
        elif any(c.dep_ == "aux" and c.lower_ in ("will", "shall") for c in verb.children):
            speaker = _power(verb, finder)
            above = verb.head if verb.dep_ in ("ccomp", "advcl", "relcl", "acl") else None
            if speaker is not None and above is None and not _covered(verb, taken):
                yield _event(verb, speaker, finder)


def _told_by(verb: Token) -> Iterator[Token]:
    """The clauses below a verb of saying; also "said in a statement that …", hung on the statement."""
    yield from verb.children
    for child in verb.children:
        for noun in child.children if child.dep_ == "prep" else ():
            for clause in noun.children:
                if clause.dep_ == "acl" and any(
                    c.dep_ == "mark" and c.lower_ == "that" for c in clause.children
                ):
                    yield clause


def _others(verb: Token, taken: set[int], finder: Finder) -> Iterator[Event]:
    """What somebody else says of the field that no frame knows: relevant, of no type of its own."""
    speaker = next((s for s in syntax.raw_subjects(verb) if s.pos_ in ("NOUN", "PROPN")), None)
    if speaker is None:
        return
    for content in verb.children:
        if content.dep_ != "ccomp" or not syntax.is_verb(content) or _covered(content, taken):
            continue
        inside = list(content.subtree)
        if speaker not in inside and any(_is_of_the_field(t, finder) for t in inside):
            yield Event(ClaimType.OTHER, OTHER, content, {R.SPEAKER: speaker})


def _is_of_the_field(token: Token, finder: Finder) -> bool:
    classes = finder.lexicon.classes
    words = classes["license"] | classes["restriction"] | classes["product"] | classes["traffic"]
    return token.pos_ in ("NOUN", "PROPN") and token.lemma_.lower() in words


def settled(events: list[Event]) -> list[Event]:
    """Events without those that only frame another one: a policy whose content is an event of its own,
    a noun that the event of its verb takes up ("announced an expansion of controls")."""
    kept = []
    for event in events:
        others = [o for o in events if o is not event]
        if event.type is ClaimType.STATEMENT_OF_POLICY and any(
            o.type is not ClaimType.STATEMENT_OF_POLICY and _within(o.trigger, event.trigger) for o in others
        ):
            continue
        if event.type in _CONTROLS and any(
            o.type is ClaimType.REQUEST and o.trigger == event.trigger.head for o in others
        ):
            continue  # "we hope that they lift the controls"
        if event.trigger.dep_ == "csubj" and event.trigger.tag_ == "VBG":
            continue  # "imposing controls is an international practice", "getting a license takes weeks"
        if any(
            o.type is event.type and o.trigger in syntax.complements(event.trigger)
            for o in others
            if o.likely is None or event.likely is not None
        ):
            continue
        if (
            event.type in _CONTROLS
            and event.trigger.dep_ == "acl"
            and event.trigger.tag_ == "VBN"
            and any(event.trigger.head == o.theme for o in others)
        ):
            continue
        if event.frame.pos == "NOUN" and any(
            o.frame.pos == "VERB"
            and (
                (event.trigger == o.theme and o.type in _CONTROLS)
                or (o.type is event.type and event.theme is not None and event.theme == o.theme)
            )
            for o in others
        ):
            continue
        kept.append(event)
    return kept


def _within(inner: Token, outer: Token) -> bool:
    """Whether a word stands in what another one governs, clauses beside it and below nouns left out."""
    node = inner
    while node != outer:
        if node.dep_ in ("conj", "advcl", "parataxis", "relcl") or node.head == node:
            return False
        node = node.head
    return inner != outer


def _speaker(verb: Token, finder: Finder) -> Token | None:
    """Who says it, if it is an authority; an official who is not named counts too."""
    for subject in syntax.raw_subjects(verb):
        noun = syntax.through(finder.resolve(subject))
        if finder.is_power(noun) or _speaks_for_power(noun, finder):
            return subject
    return None


def _speaks_for_power(noun: Token, finder: Finder) -> bool:
    words = [noun, *(c for c in noun.children if c.dep_ in ("appos", "compound"))]
    if not any(w.lemma_.lower() in finder.lexicon.speech["spokespersons"] for w in words):
        return False
    alone = not any(
        c.dep_ in ("prep", "poss", "compound", "amod") and c not in words for w in words for c in w.children
    )
    if alone:  # "the spokesperson": of the body spoken of just before
        before = (t for t in noun.doc[: noun.i] if t.dep_ in syntax.NOUN_SUBJECTS)
        return finder.state_speaks or any(finder.is_power(t) for t in before)
    around = [
        t
        for w in words
        for t in (
            *syntax.prepositional(w, "for"),
            *syntax.prepositional(w, "of"),
            *syntax.owners(w),
            *syntax.nominal_modifiers(w),
        )
    ]
    return any(finder.is_power(t) or t.lemma_.lower() in finder.lexicon.classes["authority"] for t in around)


def _power(verb: Token, finder: Finder) -> Token | None:
    return next((s for s in syntax.raw_subjects(verb) if finder.is_power(syntax.through(s))), None)


def _contents(content: Token, speaker: Token, taken: set[int], finder: Finder) -> Iterator[Event]:
    for verb in (content, *(c for c in content.children if c.dep_ == "conj" and syntax.is_verb(c))):
        own = [t for t in verb.subtree if not t.is_punct]
        if len(own) >= _FEWEST and not _covered(verb, taken) and speaker.i not in {t.i for t in verb.subtree}:
            yield _event(verb, speaker, finder)


def _covered(verb: Token, taken: set[int]) -> bool:
    """Whether an event is told in the clause itself; a clause beside it does not count."""
    stack = [verb]
    while stack:
        token = stack.pop()
        if token.i in taken:
            return True
        stack += [c for c in token.children if c.dep_ not in ("conj", "advcl", "relcl", "parataxis")]
    return False


def _event(verb: Token, speaker: Token, finder: Finder) -> Event:
    roles = {R.SPEAKER: speaker}
    noun = syntax.through(speaker)
    classes = finder.lexicon.classes
    subject = next(iter(syntax.raw_subjects(verb)), None)
    if noun.lemma_.lower() in classes["authority"] | classes["power"]:
        roles[R.AUTHORITY] = speaker
    elif subject is not None and finder.is_power(syntax.through(subject)):
        roles[R.AUTHORITY] = subject
    measure = next(
        (o for o in syntax.objects(verb) if finder.is_a(o, "restriction|relief|reprieve|plan")), None
    )
    if measure is not None:
        roles[R.MEASURE] = measure
    return Event(ClaimType.STATEMENT_OF_POLICY, FRAME, verb, roles)
