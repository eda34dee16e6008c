"""From an event to claims: the quote with its offsets, number, time, rating."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from spacy.tokens import Span, Token

from kg.claims.claim import Agent, Claim, ClaimType, Mention, Modality, Polarity, Quantity, Quote, RoleName
from kg.claims.source import Voice
from kg.claims.times import TimeSpan
from kg.extract import clauses
from kg.extract.events.finding import Event
from kg.extract.grammar import syntax, wording
from kg.extract.mentions.discourse import Discourse
from kg.extract.rating import assess
from kg.extract.reading.reader import Article
from kg.extract.roles.choosing import Choosing, Scene
from kg.extract.roles.participants import Participants
from kg.extract.values.amounts import amount_in
from kg.extract.values.codes import control_codes, first_code, hs_codes
from kg.extract.values.times import find_times
from kg.extract.voices.attribution import Attribution
from kg.extract.voices.modality import Mode

R = RoleName
_LASTING = re.compile(r"\b[\w]+-(?:day|week|month|year)\b")
_TOTALLING = frozenset(
    "total amount average reach exceed stand export ship deliver put seize come be".split()
)
_UNITS = frozenset("tonne ton kilogram kilo kg pound container piece unit".split())
CONTEXT = 32
"""Code points of text kept before and after a quote."""
_COUNTED = (R.LICENSEE, R.PRODUCER, R.CUSTOMER, R.SPEAKER)
_COUNTED_BY_TYPE = {
    ClaimType.RESTRICTION_IMPOSED: R.PRODUCT,
    ClaimType.RESTRICTION_EASED: R.PRODUCT,
    ClaimType.PRODUCTION_HALT: R.AFFECTED,
}
_LAYING_DOWN = frozenset(
    {"publish", "announce", "issue", "release", "adopt", "unveil", "introduce", "promulgate"}
)
_ENDINGS = frozenset({"lapse", "expire", "end", "run", "cease", "terminate"})
_CHANGES = frozenset({ClaimType.SUPPLY_IMPACT, ClaimType.PRICE_CHANGE, ClaimType.PRODUCTION_HALT})


@dataclass(frozen=True)
class Drafter:
    """Writes the claims of one article."""

    article: Article
    discourse: Discourse
    participants: Participants
    choosing: Choosing
    agent: Agent

    def claims(
        self,
        event: Event,
        attribution: Attribution,
        mode: Mode,
        authority: str | None,
        others: frozenset[int] = frozenset(),
    ) -> Iterator[Claim]:
        """The claims of an event: one, or one for each of its parts (places, speakers, examples).

        ``others`` are the places of the triggers of further events in its sentence.
        """
        chain = attribution.voices + tuple(
            v
            for v in self.article.chain_tail
            if v.name is None or v.name not in {w.name for w in attribution.voices}
        )
        chain = chain or self.article.chain_tail
        roles = self.participants.roles(event, attribution, authority)
        examples = self.participants.examples(event)
        quote = self._quote(clauses.clause(event, mode, examples, others))
        when, said = self._when(event, attribution, mode)
        mode = self._ahead(event, mode, when)
        amount = self._quantity(event) or amount_in(event.type, quote.exact)
        for told, number in self.participants.parted(event, roles, amount):
            parted = self.choosing.completed(Scene(event, told, attribution, quote))
            yield self._claim(event, parted, quote, chain, mode, attribution, when, said, number)
        term = self._term(event)
        if term is not None and mode.polarity is Polarity.POSITIVE:
            held: dict[RoleName, Mention] = {
                r: m for r, m in roles.items() if r in (R.LICENSEE, R.PRODUCT, R.CUSTOMER)
            }
            scope = replace(event, type=ClaimType.LICENSE_SCOPE)
            phrase = self._quote(wording.phrase(term, clauses=False, numbers=True))
            amount = amount_in(ClaimType.LICENSE_SCOPE, phrase.exact)
            yield self._claim(scope, held, phrase, chain, mode, attribution, None, None, amount)
        for example in examples:
            holder = self.participants.mention(example)
            shared: dict[RoleName, Mention] = {
                r: m for r, m in roles.items() if r in (R.AUTHORITY, R.PRODUCT)
            }
            shared |= {R.PRODUCER: holder, R.LICENSEE: holder} | self.participants.around(example, shared)
            including = example.head
            span = syntax.covering(including.subtree, including)
            if span is not None:
                yield self._claim(
                    event, shared, self._quote(span), chain, mode, attribution, when, said, None
                )

    def _claim(
        self,
        event: Event,
        roles: dict[RoleName, Mention],
        quote: Quote,
        chain: tuple[Voice, ...],
        mode: Mode,
        attribution: Attribution,
        when: TimeSpan | None,
        said: TimeSpan | None,
        quantity: Quantity | None,
    ) -> Claim:
        own = _own(event, attribution)
        return Claim(
            type=event.type,
            roles=dict(sorted(self._with_names(roles, quote).items())),
            quote=quote,
            document=self.article.document,
            attribution=chain,
            modality=mode.modality,
            polarity=mode.polarity,
            when=when or (_of_saying(said) if event.type is not ClaimType.LICENSE_SCOPE else None),
            said=said.earliest if said is not None and said.earliest == said.latest else None,
            quantity=quantity,
            assessment=assess(
                event.type, chain, mode.modality, own=own, paid=self.article.paid, likely=event.likely
            ),
            agent=self.agent,
            quote_verified=self.article.text[quote.start : quote.end] == quote.exact,
        )

    def _with_names(self, roles: dict[RoleName, Mention], quote: Quote) -> dict[RoleName, Mention]:
        """The participants with their names in Chinese, and a good with its codes."""
        aliases = self.discourse.aliases
        known = {
            r: m.model_copy(update={"also": also}) if (also := aliases.also(m.text)) else m
            for r, m in roles.items()
        }
        hs, control = hs_codes(quote.exact), control_codes(quote.exact)
        if not hs and not control:
            return known
        good = known.get(R.PRODUCT) or Mention(text=first_code(quote.exact) or quote.exact)
        return {**known, R.PRODUCT: good.model_copy(update={"hs": hs or None, "control": control or None})}

    def _term(self, event: Event) -> Token | None:
        """The license of a grant whose words say how long it is valid ("a one-year license")."""
        if event.type is not ClaimType.LICENSE_GRANTED or event.theme is None:
            return None
        if event.theme.lemma_.lower() not in self.discourse.lexicon.classes["license"]:
            return None
        words = wording.phrase(event.theme, clauses=False, numbers=True).text
        return event.theme if _LASTING.search(words) else None

    def _ahead(self, event: Event, mode: Mode, when: TimeSpan | None) -> Mode:
        """What lies wholly after the article's day is expected, also where it is told in the present."""
        day = self.article.published
        told = mode.modality in (Modality.ASSERTED, Modality.REPORTED)
        later = bool(day and when and when.earliest and when.earliest > day)
        if told and later and event.type is not ClaimType.LICENSE_SCOPE and not when_open(when):
            return replace(mode, modality=Modality.EXPECTED)
        return mode

    def _quote(self, span: Span) -> Quote:
        start = self.discourse.passage(span[0]).at(span[0])
        end = start + len(span.text)
        text = self.article.text
        return Quote(
            exact=text[start:end],
            start=start,
            end=end,
            prefix=text[max(0, start - CONTEXT) : start] or None,
            suffix=text[end : end + CONTEXT] or None,
        )

    def _quantity(self, event: Event) -> Quantity | None:
        if event.theme is not None:
            counted = self.discourse.counted(event.theme)
            unit = counted.text if counted != event.theme else None
            found = wording.quantity(event.theme, unit)
            if found is not None:
                return found
        for token in _totals(event.trigger) if event.type is ClaimType.SUPPLY_IMPACT else ():
            found = wording.quantity(token)
            if found is not None:
                return found
        for token in _amounts(event.trigger) if event.type in _CHANGES else ():
            found = wording.quantity(token)
            if found is not None:
                return found
        also = _COUNTED_BY_TYPE.get(event.type)
        for role in (*_COUNTED, *((also,) if also else ())):
            if role in event.roles:
                found = wording.quantity(event.roles[role])
                if found is not None:
                    return found
        return None

    def _when(
        self, event: Event, attribution: Attribution, mode: Mode
    ) -> tuple[TimeSpan | None, TimeSpan | None]:
        """The time of the event, and the day in the sentence on which it was said."""
        sentence = event.trigger.sent
        future = mode.modality in (Modality.EXPECTED, Modality.HEDGED) or _lapses(event)
        when: TimeSpan | None = None
        said: TimeSpan | None = None
        issued: TimeSpan | None = None
        around: TimeSpan | None = None
        of_theme: TimeSpan | None = None
        above = list(syntax.ancestors(event.trigger))
        past = {ref.start: ref for ref in find_times(sentence.text, self.article.published)}
        for ref in find_times(sentence.text, self.article.published, future=future):
            owner = clauses.clause_of(ref, sentence, event)
            span = TimeSpan(text=ref.text, edtf=ref.edtf)
            fronted = owner is not None and _shares_front(
                ref.start + sentence.start_char, owner, event.trigger
            )
            if (
                owner in (event.trigger, *event.parts)
                or (event.trigger.dep_ in ("acomp", "oprd") and owner == event.trigger.head)
                or fronted
                or (owner is not None and owner.dep_ != "conj" and clauses.is_above(owner, event))
            ):
                when = when or span
            elif owner is not None and _announces(owner, event):
                issued = issued or span
            elif owner in attribution.verbs:
                told = past.get(ref.start, ref)
                said = said or TimeSpan(text=told.text, edtf=told.edtf)
            elif owner is not None and owner in above and _hangs_on(event.trigger, owner):
                around = around or span
            elif owner is not None and _describes(owner, event):
                of_theme = of_theme or span
        return when or issued or (of_theme if said is None else None), said or around


def _describes(clause: Token, event: Event) -> bool:
    """Whether a clause says which application or cargo an event is about ("a request *filed in May* …")."""
    noun = clause.head
    if clause.dep_ not in ("acl", "relcl") or noun.pos_ not in ("NOUN", "PROPN"):
        return False
    subjects = syntax.raw_subjects(event.trigger) if syntax.is_verb(event.trigger) else []
    return noun == event.theme or noun in subjects


def _lapses(event: Event) -> bool:
    """Whether what is told in the present lies ahead: "all three *lapse* on June 30"."""
    return event.trigger.lemma_ in _ENDINGS and event.trigger.tag_ in ("VBZ", "VBP")


def _hangs_on(trigger: Token, owner: Token) -> bool:
    """Whether a trigger is part of what a verb above it governs, and stands in no clause beside it."""
    node = trigger
    while node != owner:
        if node.dep_ in ("advcl", "conj", "relcl", "parataxis"):
            return False
        node = node.head
    return True


def _announces(verb: Token, event: Event) -> bool:
    """Whether a verb tells when a control was laid down: "published a notice that adds …"."""
    if event.type not in (ClaimType.RESTRICTION_IMPOSED, ClaimType.RESTRICTION_EASED):
        return False
    if verb.lemma_ not in _LAYING_DOWN:
        return False
    above = event.trigger.dep_ == "relcl" and verb in syntax.ancestors(event.trigger)
    return above or (verb.dep_ == "acl" and verb.head == event.trigger)


def _shares_front(at: int, owner: Token, trigger: Token) -> bool:
    """ "Since July, 26 have been approved and four rejected": a time before both holds for both."""
    first = min((t.idx for t in owner.subtree if t.dep_ in syntax.NOUN_SUBJECTS), default=owner.idx)
    return at < first and trigger.dep_ == "conj" and trigger.head == owner


def when_open(when: TimeSpan | None) -> bool:
    """Whether a time has no end ("from October 1"): what begins then may be decided already."""
    return when is not None and when.edtf is not None and when.edtf.endswith("/..")


def _amounts(change: Token) -> list[Token]:
    """By how much: "fell by a third", "rose 12 percent"."""
    beside = [c for c in change.children if c.dep_ in ("npadvmod", "dobj") and c.lower_ in ("percent", "%")]
    return syntax.prepositional(change, "by") + beside


def _totals(verb: Token) -> list[Token]:
    """How much it was: "totalled 311 tonnes", "amounted to …", "put … at …"."""
    if verb.lemma_ not in _TOTALLING:
        return []
    found = [*syntax.objects(verb), *syntax.prepositional(verb, "to"), *syntax.prepositional(verb, "at")]
    return [t for t in found if t.lemma_.lower() in _UNITS]


def _own(event: Event, attribution: Attribution) -> bool:
    if not attribution.voices:
        return False
    names = {m.lower_ for m in event.trigger.subtree}
    if attribution.direct and names & {"we", "our"}:
        return True
    speaker = attribution.voices[0].name
    subject = event.roles.get(R.AUTHORITY) or event.roles.get(R.LICENSEE)
    return bool(speaker and subject is not None and subject.text in speaker.split())


def _of_saying(said: TimeSpan | None) -> TimeSpan | None:
    """The day of saying in the place of the day of the event, marked as such."""
    return said.model_copy(update={"of_saying": True}) if said is not None else None
