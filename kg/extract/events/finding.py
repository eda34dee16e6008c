"""Finding events: the lexicon interpreted over a dependency parse."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from spacy.tokens import Span, Token

from kg.claims.claim import ClaimType, RoleName
from kg.extract.grammar import syntax
from kg.extract.grammar.steps import walked
from kg.extract.lexicon.frames import Frame, Path
from kg.extract.mentions.kinds import Kinds

DEMONSTRATIVE = frozenset({"these", "those", "such", "this", "that"})
LICENSING = frozenset(
    {
        ClaimType.LICENSE_GRANTED,
        ClaimType.LICENSE_APPLIED,
        ClaimType.LICENSE_DENIED,
        ClaimType.LICENSE_PENDING,
        ClaimType.LICENSE_REVOKED,
    }
)
"""What befalls one application or license of a holder."""
_OF_ONE = frozenset({ClaimType.LICENSE_DENIED, ClaimType.LICENSE_PENDING, ClaimType.LICENSE_SCOPE})
"""What is told of a license or application that was named before ("that application was returned")."""
_CONTROLS = frozenset({ClaimType.RESTRICTION_IMPOSED, ClaimType.RESTRICTION_EASED})


@dataclass(frozen=True)
class Event:
    """An event that a sentence tells of: its trigger, its frame, and who plays which part (head nouns)."""

    type: ClaimType
    frame: Frame
    trigger: Token
    roles: dict[RoleName, Token]
    theme: Token | None = None
    """The noun that makes the trigger an event: the license that is granted."""
    parts: tuple[Token, ...] = ()
    """Triggers of further clauses that were folded into this event."""
    likely: float | None = None
    """How likely it is an event of this type, where only the words of its sentence tell."""


@dataclass(frozen=True)
class Finder(Kinds):
    """Interprets a lexicon."""

    state_speaks: bool = False
    """Whether the text's spokespersons speak for authorities."""
    _places: dict[tuple[int, int, int], Token | None] = field(default_factory=dict)
    _walks: dict[tuple[int, int, str], list[Token]] = field(default_factory=dict)

    def events(self, sentence: Span) -> list[Event]:
        """The events of a sentence by their triggers; clauses that go on with one are folded into it."""
        found = [event for token in sentence for event in self._at(token)]
        return _folded(found)

    def _at(self, token: Token) -> Iterator[Event]:
        pos = "VERB" if token.pos_ in ("VERB", "AUX") else token.pos_
        if pos not in ("VERB", "NOUN", "ADJ") and token.dep_ not in ("acomp", "oprd"):
            return
        lemma = token.lemma_.lower()
        if token.dep_ in ("acomp", "oprd") and ("ADJ", token.lower_, "") in self.lexicon.frames:
            pos, lemma = "ADJ", token.lower_  # "applications remain pending", read as a participle
        if pos == "VERB" and ("VERB", lemma) not in self.lexicon.triggers:
            lemma = next((w for w in _stems(token.lower_) if ("VERB", w) in self.lexicon.triggers), lemma)
        if (pos, lemma) not in self.lexicon.triggers:
            return
        particles = [c.lower_ for c in token.children if _is_particle(c)]
        frames = [f for p in particles for f in self.lexicon.frames.get((pos, lemma, p), ())]
        for frame in frames or self.lexicon.frames.get((pos, lemma, ""), ()):
            event = self._match(frame, token)
            if event is not None:
                yield event
                return

    def _match(self, frame: Frame, token: Token) -> Event | None:
        theme: Token | None = None
        for path in frame.where:
            place = self._place(token, path)
            if place is None:
                return None
            if theme is None or path.test in ("license", "application"):
                theme = place
        if frame.negated and not _negated(token, theme):
            return None
        if not _in_aspect(frame, token):
            return None
        if theme is not None and not self._in_domain(theme):
            return None
        roles: dict[RoleName, Token] = {}
        for role, paths in frame.roles:
            self._fill(roles, role, token, paths)
        self.around(roles, theme)
        for holder in (RoleName.LICENSEE, RoleName.PRODUCER):
            if holder in roles:
                self.around(roles, syntax.through(roles[holder]))
        return Event(self._type(frame, token, roles), frame, token, roles, theme)

    def loosely(self, kind: ClaimType, trigger: Token, likely: float) -> Event:
        """An event of a sentence that fits no frame; who plays which part is told by function alone."""
        frame = self.lexicon.loose[kind]
        roles: dict[RoleName, Token] = {}
        for role, paths in frame.roles:
            self._fill(roles, role, trigger, paths)
        return Event(kind, frame, trigger, roles, likely=likely)

    def around(self, roles: dict[RoleName, Token], noun: Token | None) -> None:
        """Adds to ``roles`` what the words around a noun tell ("magnet maker in X", "supplier of Y")."""
        if noun is None:
            return
        real = self.resolve(syntax.through(noun))
        for name, members in self.lexicon.around.items():
            if self.is_a(real, name):
                for role, paths in members:
                    if role not in roles:
                        self._fill(roles, role, real, paths)

    def _fill(
        self, roles: dict[RoleName, Token], role: RoleName, start: Token, paths: tuple[Path, ...]
    ) -> None:
        shared = (RoleName.SPEAKER, RoleName.AUTHORITY)
        taken = {t.i for r, t in roles.items() if not (role in shared and r in shared)}
        for path in paths:
            for token in self._walk(start, path):
                if token.i in taken or (path.test and not self.is_a(token, path.test)):
                    continue
                if (
                    path.steps[-1] == "modifier"
                    and path.test not in ("place", "site")
                    and not self.names_product(token)
                ):
                    continue
                roles[role] = token
                return

    def _place(self, start: Token, path: Path) -> Token | None:
        """Where a condition on a trigger holds: several frames of one trigger ask for the same."""
        key = (id(start.doc), start.i, id(path))
        if key not in self._places:
            test = path.test
            found = (t for t in self._walk(start, path) if test and self.is_a(t, test))
            self._places[key] = next(found, None)
        return self._places[key]

    def _walk(self, start: Token, path: Path) -> list[Token]:
        key = (id(start.doc), start.i, path.way)
        if key not in self._walks:
            self._walks[key] = self._walked(start, path.steps)
        return self._walks[key]

    def _walked(self, start: Token, steps: tuple[str, ...]) -> list[Token]:
        here = [start]
        for step in steps:
            here = [found for token in here for found in walked(syntax.through(token), step)]
        return here

    def _in_domain(self, theme: Token) -> bool:
        noun = self.resolve(syntax.through(theme))
        modifiers = {t.lemma_.lower() for t in syntax.nominal_modifiers(noun)} | {
            t.lemma_.lower() for owner in syntax.owners(noun) for t in (owner,) if owner.pos_ == "NOUN"
        }
        return not modifiers & self.lexicon.classes["foreign_modifiers"]

    def _type(self, frame: Frame, token: Token, roles: dict[RoleName, Token]) -> ClaimType:
        for variant in frame.variants:
            if variant.tense is not None and _in_tense(token, variant.tense):
                return variant.type
            if variant.adverbs and any(c.lower_ in variant.adverbs for c in token.children):
                return variant.type
            if variant.preposition and any(
                self.is_a(t, variant.noun_class or "any")
                for t in syntax.prepositional(token, variant.preposition)
            ):
                return variant.type
            if variant.role in roles:
                determiners = {c.lower_ for c in roles[variant.role].children if c.dep_ in ("det", "predet")}
                if determiners & variant.determiners:
                    return variant.type
        return frame.type


def _is_particle(token: Token) -> bool:
    """Whether a word belongs to its verb ("turned *down*"), a preposition without an object too."""
    alone = token.dep_ == "prep" and not any(c.dep_ in ("pobj", "pcomp") for c in token.children)
    low = token.dep_ in ("acomp", "oprd", "dep") and token.lower_ in ("short", "low", "out", "dry")
    return low or token.dep_ in ("prt", "advmod") or token.lower_ == "out" or alone


def _stems(word: str) -> Iterator[str]:
    """What a verb may be from that the lemmatizer does not know ("resubmitted", "greenlit" as it is)."""
    for ending in ("ed", "ing", "es", "s", "d"):
        if word.endswith(ending):
            stem = word.removesuffix(ending)
            yield stem
            yield f"{stem}e"
            if stem[-1:] == stem[-2:-1]:
                yield stem[:-1]


def _in_tense(trigger: Token, tense: str) -> bool:
    """Whether a trigger is told in a tense of ``Variant.tense``."""
    auxiliaries = [c for c in trigger.children if c.dep_ in ("aux", "auxpass")]
    present = trigger.tag_ in ("VBZ", "VBP") and not auxiliaries
    if tense == "habit":
        return present and any(s.lower_ == "we" for s in syntax.raw_subjects(trigger))
    return present or any(c.lower_ in ("will", "would", "wo", "shall") for c in auxiliaries)


def _in_aspect(frame: Frame, trigger: Token) -> bool:
    """Whether the trigger's auxiliaries are those that the frame asks for."""
    auxiliaries = {c.lower_ for c in trigger.children if c.dep_ in ("aux", "auxpass")}
    if frame.passive and not syntax.is_passive(trigger):
        return False
    if frame.predicate and trigger.dep_ == "amod":
        return False
    if frame.bare and any(c.dep_ in syntax.OBJECTS for c in trigger.children):
        return False
    duty = bool(auxiliaries & {"must", "should", "shall"}) or (
        trigger.dep_ == "xcomp" and trigger.head.lemma_ in ("have", "need", "require", "oblige")
    )
    if frame.progressive and "being" not in auxiliaries and trigger.tag_ != "VBG":
        return False
    if frame.refusing and not auxiliaries & {"would", "will", "wo", "could"}:
        return False
    return duty if frame.duty else True


def _negated(trigger: Token, theme: Token | None) -> bool:
    """Whether a trigger is denied, or nothing of its theme is there ("had no comment")."""
    if any(c.dep_ == "neg" or c.lower_ in ("neither", "never") or _no_longer(c) for c in trigger.children):
        return True
    subjects = syntax.raw_subjects(trigger) if syntax.is_verb(trigger) else []
    if any(
        s.lower_ in ("nobody", "none", "nothing") or any(c.lower_ == "neither" for c in s.children)
        for s in subjects
    ):
        return True
    if trigger.dep_ == "xcomp" and any(c.lower_ == "yet" for c in trigger.head.children):
        return True
    return theme is not None and any(c.lower_ == "no" for c in theme.children)


def _no_longer(adverb: Token) -> bool:
    return adverb.lower_ == "longer" and any(c.lower_ == "no" for c in adverb.children)


def retells(event: Event) -> bool:
    """Whether the words point back at what was told ("these licenses were …", "this is the first …")."""
    theme = event.theme
    if event.type in _CONTROLS | _OF_ONE | {ClaimType.STATEMENT_OF_POLICY}:
        return False
    words = {c.lower_ for c in theme.children if c.dep_ in ("det", "predet", "amod")} if theme else set()
    if words & DEMONSTRATIVE and "no" not in words:
        return True
    noun = event.trigger.head if event.trigger.dep_ in ("acl", "relcl") else event.trigger
    if noun.dep_ == "attr" and noun.head.lemma_ == "be":
        return any(s.lower_ in DEMONSTRATIVE | {"it"} for s in noun.head.children if s.dep_ == "nsubj")
    return False


def is_own(event: Event) -> bool:
    """Whether a text speaks of how it was made: "we could not confirm", "asked us not to be named"."""
    if event.type is ClaimType.NO_COMMENT and event.trigger.lemma_ in ("confirm", "reach", "deny"):
        subjects = syntax.raw_subjects(event.trigger)
        return not syntax.is_passive(event.trigger) and any(s.lower_ in ("we", "i") for s in subjects)
    if event.type is ClaimType.NO_COMMENT and any(
        s.lower_ in ("nobody", "one") for s in syntax.raw_subjects(event.trigger)
    ):
        return True
    if event.type is ClaimType.REQUEST:
        if any(m.lower_ in ("whether", "if") for c in syntax.complements(event.trigger) for m in c.children):
            return True  # a question, no request
        if any(c.lemma_ in ("expect", "wait") for c in syntax.complements(event.trigger)):
            return True  # "was told to expect nothing before May"
        asked = syntax.objects(event.trigger)
        named = any(t.lemma_ in ("name", "identify", "quote") for t in event.trigger.subtree)
        return any(t.lower_ in ("us", "me") for t in asked) or named
    return False


def _folded(events: list[Event]) -> list[Event]:
    kept: list[Event] = []
    for event in events:
        host = next((k for k in kept if _continues(event, k)), None)
        if host is None:
            kept.append(event)
            continue
        roles = {**event.roles, **host.roles}
        kept[kept.index(host)] = replace(host, roles=roles, parts=(*host.parts, event.trigger))
    return kept


def _continues(event: Event, host: Event) -> bool:
    """Whether a participle goes on with its main clause: "has issued licenses, approving suppliers"."""
    if event.type is not host.type or event.trigger.tag_ != "VBG":
        return False
    shared = {RoleName.LICENSEE, RoleName.PRODUCER} & set(event.roles) & set(host.roles)
    own_subject = any(c.dep_ in syntax.NOUN_SUBJECTS for c in event.trigger.children)
    return not shared and not own_subject and host.trigger in list(syntax.ancestors(event.trigger))
