"""Who takes part in an event: the fullest wording for each role, and which unnamed ones are the same."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from spacy.tokens import Token

from kg.claims.claim import ClaimType, Mention, Quantity, RoleName
from kg.claims.source import SourceKind
from kg.extract.events.finding import LICENSING, Event, Finder
from kg.extract.grammar import syntax, wording
from kg.extract.mentions.aliases import chinese
from kg.extract.mentions.discourse import Discourse
from kg.extract.mentions.kinds import PLACES
from kg.extract.reading.reader import Article
from kg.extract.roles import setting
from kg.extract.roles.goods import good
from kg.extract.roles.makers import makes, supplied
from kg.extract.roles.measures import Measures
from kg.extract.roles.salience import Salience
from kg.extract.roles.selves import DECIDED, Selves
from kg.extract.roles.threads import Threads
from kg.extract.voices.attribution import Attribution

R = RoleName
MAX_HOLDERS = 100
"""A list of more holders gives no claims: its parse is not to be trusted."""
_HONORIFIC = re.compile(r"^(?:Mr|Mrs|Ms|Dr)\.? ")
_SPEAKING = frozenset({SourceKind.PERSON, SourceKind.SPOKESPERSON})
_ANY_GOOD = frozenset({"metal", "material", "mineral", "element", "metals", "materials"})
""" "The metal" is the good spoken of before."""
_SURE = 7
"""Shorter lists are parsed well."""
_NOBODY = frozenset(
    "nobody none this that which who percent % others most many some several both other".split()
)
_BODIES = frozenset({R.LICENSEE, R.PRODUCER, R.CUSTOMER, R.AFFECTED})
_LISTED = frozenset({R.CUSTOMER, R.AFFECTED})


@dataclass(frozen=True)
class Participants:
    """Reads the participants of events of one article."""

    article: Article
    discourse: Discourse
    finder: Finder
    threads: Threads
    salience: Salience
    selves: Selves
    _users: set[str] = field(default_factory=set)
    _goods: list[str] = field(default_factory=list)
    _measures: Measures = field(default_factory=Measures)

    def roles(self, event: Event, attribution: Attribution, authority: str | None) -> dict[RoleName, Mention]:
        """The participants of an event; ``authority`` is whom export licenses come from by default."""
        roles: dict[RoleName, Mention] = {}
        for role, token in setting.completed(event, self.finder).items():
            mention = self._participant(role, token, event, attribution)
            if mention is not None:
                roles[role] = mention
        holder = event.roles.get(R.LICENSEE)
        if holder is None or R.LICENSEE not in roles:
            roles = self.threads.continued(event, roles)
        if holder is not None and R.LICENSEE in roles:
            self._hold(self._player(holder, event, attribution), roles, attribution)
        if event.type is ClaimType.PRODUCTION_HALT and R.AFFECTED not in roles:
            whose = self._whose(event, attribution)
            if whose is not None:
                roles[R.AFFECTED] = whose
        if event.type is ClaimType.LICENSE_SCOPE:
            roles.pop(R.PRODUCER, None)
        if event.type in LICENSING and R.AUTHORITY not in roles and authority and _is_export(event.theme):
            roles[R.AUTHORITY] = Mention(text=authority)
        if event.type in LICENSING and R.LICENSEE in roles and R.CUSTOMER not in roles:
            user = self.selves.supplied(roles[R.LICENSEE], attribution)
            if user is not None:
                roles[R.CUSTOMER] = user
        if event.type in DECIDED and R.AUTHORITY not in roles:
            body = self.selves.deciding(event, attribution, self.mention)
            roles |= {R.AUTHORITY: body} if body is not None else {}
        roles = self.salience.completed(event, roles, attribution, self._named)
        self.threads.note(event, roles)
        return roles

    def _hold(self, noun: Token, roles: dict[RoleName, Mention], attribution: Attribution) -> None:
        """Adds what a holder of licenses is besides: a maker, supplier of X, in Y; a user is a customer."""
        if self.finder.is_a(noun, "user"):
            roles[R.CUSTOMER] = roles.pop(R.LICENSEE)
            return
        if self._is_producer(noun) and roles[R.LICENSEE].text not in self._customers():
            roles[R.PRODUCER] = roles[R.LICENSEE]
        roles.update({r: m for r, m in self.around(noun, roles).items() if r not in roles})
        theirs = {o.lower_ for o in syntax.owners(noun)} & {"our", "its"}
        ours = self.finder.is_a(noun, "maker") and theirs
        us = self.selves.us(attribution) if ours and R.CUSTOMER not in roles else None
        if us is not None and (attribution.voices or "our" in theirs):  # what they say of "its suppliers"
            roles[R.CUSTOMER] = us

    def _named(self, token: Token) -> Mention:
        return self.mention(self._real(token))

    def _participant(
        self, role: RoleName, token: Token, event: Event, attribution: Attribution
    ) -> Mention | None:
        noun = syntax.through(token)
        match role:
            case R.PRODUCT:
                return self._good(noun)
            case R.PLACE:
                return Mention(text=wording.phrase(noun, clauses=False).text)
            case R.MEASURE:
                return Mention(text=self._measures.words(noun, event))
            case _:
                return self._actor(role, noun, event, attribution)

    def _good(self, noun: Token) -> Mention | None:
        """A good; "the metal" is the one spoken of before."""
        product = good(noun, self.finder)
        if product in _ANY_GOOD and self._goods and any(c.lower_ == "the" for c in noun.children):
            product = self._goods[-1]
        elif product:
            self._goods.append(product)
        return Mention(text=product) if product else None

    def _actor(self, role: RoleName, noun: Token, event: Event, attribution: Attribution) -> Mention | None:
        """Somebody who does or suffers something: "we" and "they" are told apart by who speaks."""
        if noun.lower_ in ("we", "i", "us", "our"):
            voice = attribution.voices[0] if attribution.voices else None
            if role is R.SPEAKER and voice is not None and voice.name and voice.kind in _SPEAKING:
                return Mention(text=voice.name)
            return self.selves.us(attribution)
        ours = self._whole_of(noun, attribution) if role in _BODIES else None
        if ours is not None:
            return ours
        if role is R.SPEAKER and noun.pos_ == "PRON" and self._real(noun) == noun:
            return None
        if noun.tag_ == "CD" or noun.lower_ in _NOBODY:
            return None
        if role is R.AUTHORITY and noun.ent_type_ == "NORP":
            place = self.discourse.lexicon.demonyms.get(noun.text)
            if place or not self.finder.is_power(noun):
                return Mention(text=place) if place else None
        real = self._player(noun, event, attribution)
        if real.pos_ == "PRON":
            return None
        if role in _BODIES and self.discourse.people.is_person(real):
            return self.selves.employer(real)
        return self.mention(real, lists=role in _LISTED and real == noun)

    def _whole_of(self, noun: Token, attribution: Attribution) -> Mention | None:
        """ "Our line stood still": the firm whose line it is; "our supplier" is somebody else."""
        ours = any(c.lower_ in ("our", "my") and c.dep_ == "poss" for c in noun.children)
        other = not ours or self.finder.is_a(noun, "maker|firm|user|authority|official")
        return None if other else self.selves.us(attribution)

    def _whose(self, event: Event, attribution: Attribution) -> Mention | None:
        """Whose production stops where the clause does not say it: "output was cut", "we will halt it"."""
        if any(t.lower_ in ("we", "our") for t in event.trigger.subtree):
            return self.selves.us(attribution)
        topic = self.discourse.topic(event.trigger)
        if topic is None:
            return None
        real = self._real(topic)
        return self.selves.employer(real) if self.discourse.people.is_person(real) else self.mention(real)

    def _real(self, token: Token) -> Token:
        """The noun itself, or what it stands for; sources "at X" who say "they" mean X."""
        noun = self.discourse.antecedent(syntax.through(token))
        noun = self.discourse.named_beside(noun) or noun
        if noun.lemma_.lower() in self.discourse.lexicon.speech["anonymous"]:
            for preposition in ("at", "from", "with", "in"):
                for found in syntax.prepositional(noun, preposition):
                    if self.finder.is_a(found, "party"):
                        return found
        return noun

    def _player(self, token: Token, event: Event, attribution: Attribution) -> Token:
        """Who a participant is in the end: sources at a firm who say "they" speak of the firm."""
        noun = syntax.through(token)
        if noun.lower_ in ("it", "they", "its", "their") and attribution.verbs:
            said = [s for s in syntax.raw_subjects(attribution.verbs[0]) if s not in event.trigger.subtree]
            who = self._real(said[0]) if said else noun
            plural = noun.lower_ in ("they", "their")
            if (
                self.finder.is_a(who, "party")
                and who.pos_ != "PRON"
                and plural == (who.tag_ in ("NNS", "NNPS"))
            ):
                return who
        if noun.pos_ == "PRON" and attribution.voices and attribution.voices[0].kind is SourceKind.ANONYMOUS:
            found = self._employer(event)
            if found is not None:
                return found
        return self._real(noun)

    def _customers(self) -> set[str]:
        """Names that the text calls customers: those that something is licensed or supplied for."""
        return {
            wording.phrase(r.token).text
            for r in self.discourse.referents
            if r.named and r.token.dep_ == "pobj" and r.token.head.lower_ == "for"
        }

    def _employer(self, event: Event) -> Token | None:
        anonymous = self.discourse.lexicon.speech["anonymous"]
        before = event.trigger.doc[: event.trigger.i]
        for token in reversed(list(before)):
            if token.lemma_.lower() in anonymous:
                real = self._real(token)
                return real if real != token else None
        return None

    def mention(self, noun: Token, *, lists: bool = False) -> Mention:
        """A participant in the words of its noun phrase; an unnamed one is told apart by where it stands."""
        text = wording.bounded(noun, lists=lists).text
        han = chinese(text)
        if han is not None:
            return Mention(text=self.discourse.aliases.of(han) or han, named=True)
        if noun.pos_ == "PROPN" or self.discourse.aliases.of(text):
            text = self.discourse.fullest(_HONORIFIC.sub("", wording.name_alone(noun, text)))
        elif noun.i == noun.sent.start and noun.text[0].isupper():  # "Hanbit declined …", no word of English
            full = self.discourse.fullest(text)
            if full != text:
                return Mention(text=full)
        text = self.discourse.fuller(noun, text)
        if noun.pos_ == "PROPN" or any(o.ent_type_ in ("GPE", "ORG") for o in syntax.owners(noun)):
            return Mention(text=text)
        return Mention(text=text, id=f"{noun.lemma_.lower()}-{self.discourse.passage(noun).at(noun)}")

    def _is_producer(self, noun: Token) -> bool:
        """Whether a holder of licenses makes what they are for, and is no user or mere dealer."""
        if noun.pos_ == "NOUN":
            return makes(noun, self.finder)
        return noun.ent_type_ not in PLACES and self.mention(noun).text not in self._named_users()

    def _named_users(self) -> set[str]:
        """The names of those who the text says are supplied."""
        if not self._users:
            for passage in self.discourse.passages:
                for noun in supplied(passage.doc, self.discourse.lexicon):
                    real = self._real(noun)
                    if real.pos_ == "PROPN" and real.ent_type_ not in PLACES:
                        self._users.add(self.mention(real).text)
            self._users.add("")
        return self._users

    def around(self, noun: Token, known: dict[RoleName, Mention]) -> dict[RoleName, Mention]:
        """What the words around a firm tell of it: what it makes, whom it supplies, where it is."""
        found: dict[RoleName, Mention] = {}
        tokens: dict[RoleName, Token] = {}
        self.finder.around(tokens, noun)
        for role, token in tokens.items():
            if role in known:
                continue
            if role is R.CUSTOMER:
                real = self._real(token)
                found[role] = self.mention(real, lists=real == token)
            elif role is R.PRODUCT:
                words = good(token, self.finder)
                if words is not None:
                    found[role] = Mention(text=words)
            elif role is R.PLACE:
                found[role] = Mention(text=wording.phrase(token, clauses=False).text)
        for beside in noun.children:  # "X, its main supplier"
            if beside.dep_ == "appos" and self.finder.is_a(beside, "maker") and R.CUSTOMER not in known:
                theirs = [o for o in syntax.owners(beside) if o.lower_ in ("its", "their")]
                owner = self.discourse.before(noun) if theirs else None
                if owner is not None:
                    found.setdefault(R.CUSTOMER, self.mention(owner))
        if R.PRODUCT not in known and R.PRODUCT not in found:
            for verb in noun.subtree:
                if verb.dep_ in ("relcl", "acl") and verb.lemma_ in self.discourse.lexicon.classes["make"]:
                    for thing in syntax.objects(verb):
                        if thing.pos_ in ("NOUN", "PROPN") and self.finder.is_a(thing, "product"):
                            stop = self.discourse.lexicon.classes["licence_words"]
                            found.setdefault(
                                R.PRODUCT, Mention(text=wording.compound_up_to(thing, stop).text)
                            )
        return found

    def examples(self, event: Event) -> list[Token]:
        """Holders given as examples: "four producers, including a supplier of …"."""
        holder = event.roles.get(R.LICENSEE)
        if holder is None:
            return []
        return [
            t
            for p in syntax.through(holder).children
            if p.lower_ == "including"
            for t in p.children
            if t.dep_ == "pobj"
        ]

    def parted(
        self, event: Event, roles: dict[RoleName, Mention], amount: Quantity | None
    ) -> Iterator[tuple[dict[RoleName, Mention], Quantity | None]]:
        """One claim for each of several places or speakers."""
        each = event.frame.each
        if each is not None and each in event.roles:
            if event.roles[each].lower_ in ("we", "i") and each in roles:
                yield roles, amount
                return
            for token in syntax.conjuncts(event.roles[each]):
                yield {**roles, each: self.mention(self._real(token))}, wording.quantity(token)
            return
        holder, place = roles.get(R.LICENSEE), event.roles.get(R.PLACE)
        places = syntax.conjuncts(place) if place is not None and R.PLACE in roles else []
        plural = event.roles[R.LICENSEE].tag_ == "NNS" if R.LICENSEE in event.roles else False
        if len(places) > 1 and plural and holder is not None:
            for token in places:
                name = wording.phrase(token, clauses=False).text
                one = holder.model_copy(update={"id": f"{holder.id}-{name.lower().replace(' ', '-')}"})
                shared: dict[RoleName, Mention] = {r: one for r in (R.PRODUCER, R.LICENSEE) if r in roles}
                yield {**roles, **shared, R.PLACE: Mention(text=name)}, amount
            return
        if event.type in LICENSING and R.LICENSEE in event.roles and holder is not None:
            yield from self._held(event, roles, amount)
            return
        yield roles, amount

    def _held(
        self, event: Event, roles: dict[RoleName, Mention], amount: Quantity | None
    ) -> Iterator[tuple[dict[RoleName, Mention], Quantity | None]]:
        """One claim for each holder of a list; none of an "or", nor of a list too long to be read safely."""
        first = syntax.through(event.roles[R.LICENSEE])
        names = wording.names(first)
        members = [t for t in syntax.listed(first) if not self._is_no_holder(t)]
        if max(len(names), len(members)) > MAX_HOLDERS or syntax.alternative(first):
            return
        known: dict[RoleName, Mention] = roles
        theirs = {t.i for t in first.subtree}
        shared: dict[RoleName, Mention] = {
            r: m
            for r, m in known.items()
            if (r in event.roles and event.roles[r].i not in theirs) or r is R.AUTHORITY
        }
        shared = {r: m for r, m in shared.items() if r not in (R.LICENSEE, R.PRODUCER)}
        apart = any("," in wording.phrase(t).text for t in members) or len(names) > _SURE
        if apart and len(names) > len(members):  # a list that the parse took apart
            for name in names:
                yield {**shared, R.LICENSEE: Mention(text=name), R.PRODUCER: Mention(text=name)}, None
            return
        if not _is_negated(first):
            yield roles, amount
        for token in members:
            if token != first:
                one = self.mention(self._real(token))
                role = R.CUSTOMER if self.finder.is_a(token, "user") else R.LICENSEE
                part: dict[RoleName, Mention] = {role: one}
                if role is R.LICENSEE and self._is_producer(token) and one.text not in self._customers():
                    part[R.PRODUCER] = one
                yield {**self.around(token, {**shared, **part}), **shared, **part}, wording.quantity(token)

    def _is_no_holder(self, token: Token) -> bool:
        """ "… and others", "… but not X", "… and its customer X"."""
        return token.lemma_.lower() == "other" or _is_negated(token) or bool(syntax.owners(token))


def _is_negated(token: Token) -> bool:
    """ "Not X but Y", "Y, but not X"."""
    edge = token.left_edge
    return "not" in (edge.lower_, token.doc[max(edge.i - 1, 0)].lower_)


def _is_export(theme: Token | None) -> bool:
    return theme is not None and any(t.lower_ == "export" for t in syntax.nominal_modifiers(theme))
