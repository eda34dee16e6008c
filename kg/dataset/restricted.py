"""The dataset in which only some of the claims are active: D(S) of DESIGN, section 5.

It is made in memory, and asked like a published version. Documents, sources and origins keep
their descriptions and ratings, whatever claims fall: what is known of them is nobody's claim.
"""

import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from itertools import chain, groupby, islice
from pathlib import Path

from pyoxigraph import NamedNode, Quad, RdfFormat, Store, parse

from kg.claims.names import part_of, whole_of
from kg.dataset.annotated.view import Support
from kg.dataset.chains.closure import Closure
from kg.dataset.checks.invariants import AFTERWARDS, claim_names, claims_in
from kg.dataset.fixed import FixedView
from kg.dataset.judgments.identities import texts
from kg.dataset.judgments.judged import StoredJudgment
from kg.dataset.judgments.naming import Naming, mention_quads, naming
from kg.dataset.loading.sorting import SortedLines
from kg.dataset.record.records import DEFAULT, Object, Subject
from kg.dataset.record.told import makes_facts
from kg.dataset.snapshots import Snapshot
from kg.dataset.terms import node
from kg.dataset.text.stored import Stored
from kg.errors import QueryOverLimit
from kg.identity.clusters import Clusters
from kg.infer.rules import ontology_rules
from ontology.vocab import LS

MOST_QUADS = 3_000_000
"""Quads that a restricted dataset may have, where nothing else is said (some 500 bytes each)."""

_BATCH = 20_000
_NAMING = (LS.document, LS.origin, LS.voice)


@dataclass(frozen=True)
class Candidate:
    """A claim, active or not, of which a policy decides whether it is to be active.

    Nothing is read before it is asked for.
    """

    view: Snapshot
    iri: str

    @cached_property
    def _told(self) -> Stored | None:
        return self.view.expected(self.iri)

    @cached_property
    def active(self) -> bool:
        """Whether it is active in the version itself."""
        return self._told is not None or self.view.stance(self.iri) is not None

    @property
    def store(self) -> Store:
        """Where its assertion graph and its own record lie."""
        return self.view.main if self.active else self.view.archive

    def was_active(self, at: datetime) -> bool:
        """Whether it was known at a point in time, and active by what was known then."""
        return self.view.was_active(self.iri, at)

    @property
    def recorded(self) -> datetime:
        """When it was taken in."""
        return datetime.fromisoformat(self._need(LS.recorded))

    @property
    def document(self) -> str:
        """The IRI of its document."""
        return self._told.document if self._told else self._need(LS.document)

    @property
    def origin(self) -> str:
        """The IRI of its origin."""
        return self._told.origin if self._told else self._need(LS.origin)

    @property
    def sources(self) -> tuple[str, ...]:
        """The IRIs of the sources in its chain, from nearest to the event to the publisher."""
        return self._told.sources if self._told else tuple(self.view.voices(self.iri, self.store))

    @property
    def probability(self) -> float:
        """P(the claim holds)."""
        if self._told:
            return self._told.confidence
        return self.view.reliability(self.origin) * self.view.credibility_of(self.iri, self.store)

    @property
    def states_fact(self) -> bool:
        """Whether its assertion is part of the default graph while it is active."""
        return makes_facts(self.view.stance_in(self.store, self.iri))

    @property
    def claim_type(self) -> str:
        """The class of the event that it is about."""
        return self._need(LS.claimType)

    @property
    def occurred(self) -> tuple[date | None, date | None]:
        """The first and the last day on which the event may have been, where that is known."""
        return self._days("when")

    @property
    def validity(self) -> tuple[date | None, date | None]:
        """The first and the last day for which it holds, where that is said."""
        return self._days("validity")

    def _need(self, predicate: str) -> str:
        return self.view.need(self.iri, predicate, self.store)

    def _days(self, which: str) -> tuple[date | None, date | None]:
        span = part_of(self.iri, which)
        first = self.view.said(span, LS.earliest, self.store)
        last = self.view.said(span, LS.latest, self.store)
        return _day(first), _day(last)


def is_named(view: Snapshot, iri: str) -> bool:
    """Whether a version has a claim, judgment, document, origin or source of that name, active or not."""
    if view.knows_judgment(iri):
        return True
    name = node(iri)
    asked = [(name, node(LS.polarity), None), *((None, node(way), name) for way in _NAMING)]
    return any(
        next(iter(store.quads_for_pattern(*one, None)), None) is not None
        for store in (view.main, view.archive)
        for one in asked
    )


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


class RestrictedView(FixedView):
    """A version, restricted to some of its claims. Its IRI is the version's."""

    index = None

    def __init__(
        self,
        version: Snapshot,
        main: Store,
        fact_filter: Callable[[Support], bool] | None,
        clusters: Clusters,
        originals: Store,
    ) -> None:
        super().__init__(main, version.archive, version.names, version.threshold, version.has_base)
        self.version = version
        self.clusters = clusters
        self._fact_filter = fact_filter
        self._originals = originals

    @property
    def originals(self) -> Store:
        """Where the assertion of a claim lies as it was made, if that is not how it is queried."""
        return self._originals

    @property
    def iri(self) -> str:
        """The IRI of the version that was restricted."""
        return self.version.iri

    def _stating(self, graphs: Iterable[str]) -> tuple[str, ...]:
        claims = super()._stating(graphs)
        return claims if claims and _passes(claims, self._fact_filter) else ()

    def _by_triple(
        self, quads: Iterable[Quad]
    ) -> Iterator[tuple[tuple[Subject, NamedNode, Object], list[str]]]:
        found: dict[tuple[Subject, NamedNode, Object], list[str]] = {}  # in memory there is no order
        for quad in quads:
            if isinstance(quad.graph_name, NamedNode):
                triple = quad.subject, quad.predicate, quad.object
                found.setdefault(triple, []).append(quad.graph_name.value)
        yield from found.items()


def restricted(
    version: Snapshot,
    keep: Callable[[Candidate], bool],
    fact_filter: Callable[[Support], bool] | None = None,
    *,
    believes: Callable[[StoredJudgment], bool] | None = None,
    most: int = MOST_QUADS,
) -> RestrictedView:
    """The version with just those claims active that ``keep`` says, of all that were ever taken in.

    Of judgments those stand that ``believes`` says; with ``None`` all that stand in the version.

    ``fact_filter`` is asked of each triple that kept claims state as a fact, with these claims
    as its support: what it does not pass is no fact, unless it is base data, and nothing
    follows from it. Claims of denied or hedged matters are never facts. Raises
    ``QueryOverLimit`` for a dataset of more than ``most`` quads.
    """
    claims = [Candidate(version, name) for name in claim_names(version)]
    kept = list(filter(keep, claims))
    names = {claim.iri for claim in kept}
    active = set(claims_in(version, version.main))
    fallen = active - names
    added = [claim for claim in kept if not claim.active]
    names_of = naming(version, believes)
    store, originals = Store(), Store()
    with tempfile.TemporaryDirectory(prefix="lodestone-") as folder, SortedLines(Path(folder)) as stated:
        quads = chain(
            _assertions(version, kept, names_of, originals, stated),
            _other_graphs(version, fallen | names),
            _record(version, active, fallen, added, names_of),
            version.archive.quads_for_pattern(None, None, None, DEFAULT),
            _facts(version, stated, fact_filter),
        )
        for count in _fill(store, quads):
            if count > most:
                raise QueryOverLimit(
                    f"the dataset that the policy leaves has over {most:,} quads, more than may be made for "
                    "one question: ask for fewer claims, or without the policy",
                    limit="restricted dataset",
                )
    kept_as_made = originals if names_of.differs else version.archive
    return RestrictedView(version, store, fact_filter, names_of.clusters, kept_as_made)


def _fill(store: Store, quads: Iterator[Quad]) -> Iterator[int]:
    """Write quads; tells from time to time how many they are."""
    count = 0
    while batch := list(islice(quads, _BATCH)):
        store.bulk_extend(batch)
        count += len(batch)
        yield count


def _assertions(
    version: Snapshot, kept: Iterable[Candidate], names: Naming, originals: Store, stated: SortedLines
) -> Iterator[Quad]:
    """Assertion graphs in canonical names. What they state as facts is noted, with the claim.

    Where things are called otherwise than in the version, what they were made with is kept.
    """
    for claim in kept:
        states_fact = claim.states_fact
        as_is = claim.active and not names.differs
        made: Iterable[Quad] = (
            version.main.quads_for_pattern(None, None, None, node(claim.iri))
            if as_is
            else version.original(claim.iri)
        )
        quads = made if as_is else list(dict.fromkeys(map(names.quad, made)))
        for quad in quads:
            yield quad
            if states_fact:
                stated.add("\t".join((*texts(quad), claim.iri)))
        if names.differs and set(quads) != set(made):
            originals.extend(made)


def _other_graphs(version: Snapshot, claims: set[str]) -> Iterator[Quad]:
    """Named graphs that are no claims, the record and the inferences apart."""
    for graph in version.main.named_graphs():
        if graph not in (version.record, version.inferred) and graph.value not in claims:
            yield from version.main.quads_for_pattern(None, None, None, graph)


def _record(
    version: Snapshot, active: set[str], fallen: set[str], added: Iterable[Candidate], names: Naming
) -> Iterator[Quad]:
    owned = active | names.fallen
    gone = fallen | names.fallen
    canonical = node(LS.canonicalEntity)
    last: Subject | None = None
    stays = False
    for quad in version.main.quads_for_pattern(None, None, None, version.record):
        subject = quad.subject
        if subject != last:  # the engine keeps what is said of one node side by side
            last = subject
            owner = subject.value if isinstance(subject, NamedNode) else ""
            while owner and owner not in owned:
                owner = whole_of(owner)
            stays = owner not in gone
        if stays and quad.predicate != canonical:
            yield quad
    yield from mention_quads(version, names)
    for name in (*(claim.iri for claim in added), *names.added):
        for quad in version.own_record(name, version.archive):
            if quad.predicate.value not in AFTERWARDS:
                yield quad


def _facts(
    version: Snapshot, stated: SortedLines, fact_filter: Callable[[Support], bool] | None
) -> Iterator[Quad]:
    """Facts, what follows from them, and the list of that."""
    consequences = ontology_rules().consequences
    inferred = f"<{version.names.inferred}>"
    lines = (line.split("\t") for line in stated)
    text: list[str] = []
    closure = Closure(version)
    for (s, p, o), group in groupby(lines, key=lambda parts: (parts[0], parts[1], parts[2])):
        if not _passes(tuple(parts[3] for parts in group), fact_filter):
            continue
        text.append(f"{s} {p} {o} .\n")
        closure.add((s, p, o))
        follows = [" ".join(triple) for triple in consequences((s, p, o))]
        text.extend(f"{t} .\n{t} {inferred} .\n" for t in follows)
        if len(text) >= _BATCH:
            yield from parse("".join(text), format=RdfFormat.N_QUADS)
            text = []
    text.extend(f"{t} .\n{t} {inferred} .\n" for t in map(" ".join, closure.conclusions()))
    yield from parse("".join(text), format=RdfFormat.N_QUADS)


def _passes(claims: tuple[str, ...], fact_filter: Callable[[Support], bool] | None) -> bool:
    return fact_filter is None or fact_filter(Support(facts=(claims,)))
