"""From a circuit and its roots to what an answer tells of each row."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import prod

from kg.dataset.annotated.view import ClaimInfo
from kg.dataset.sweeping import unswept
from kg.provenance.circuit import Circuit, CircuitTooLarge, Op
from kg.provenance.probability import Assessor
from kg.provenance.trusted import Trust
from kg.provenance.witnesses import rests_on_of
from kg.query.answer import NOT_ANNOTATED, Contribution, Provenance, RowProvenance
from kg.query.deriving.derivation import NotAnnotated
from kg.query.service.services import Services
from kg.query.source import Source


class _Claims:
    """The claims of one answer, each looked up once: what is told of them, and how far to trust them."""

    def __init__(self, source: Source, iris: Sequence[str], services: Services | None) -> None:
        self._services = services
        self.infos: dict[str, ClaimInfo] = {}
        self.rebuttals: dict[str, tuple[str, ...]] = {}
        source.expect_claims(iris)
        for iri in iris:
            info = source.claim_info(iri)
            if info is None:
                raise NotAnnotated(f"a fact rests on {iri}, which is no active claim: please report this")
            self.infos[iri] = info
            if rebuttals := source.rebuttals(iri):
                self.rebuttals[iri] = rebuttals

    def trust(self, claim: str) -> Trust:
        """Its origin and its probabilities."""
        info = self.infos[claim]
        return Trust(info.origin, info.reliability, info.credibility, info.is_judgment)

    def alone(self, node: int, claim: str) -> RowProvenance:
        """What is told of a row that rests on one claim, and on nothing else."""
        info, against = self.infos[claim], self.rebuttals.get(claim)
        contested = tuple(sorted(set(against))) if against else ()
        sure, origins = info.probability, None if info.document is None else 1
        told = (node, sure, None, sure, origins, contested, ())
        return tuple.__new__(RowProvenance, told)  # as the class does, in a third of the time

    def together(self, node: int, claims: Sequence[str]) -> RowProvenance | None:
        """What is told of a row that rests on one fact, which some claims assert; ``None`` for judgments.

        As an ``Assessor`` tells it, to the last bit, in a fraction of the time: most rows are of this kind.
        """
        best: dict[str, tuple[float, str, ClaimInfo]] = {}
        weakest, contested = 0.0, False
        for claim in claims:
            info = self.infos[claim]
            if info.document is None:
                return None
            rank = (-info.credibility, claim, info)
            known = best.get(info.origin)
            if known is None or rank[:2] < known[:2]:  # of equals the first by name
                best[info.origin] = rank
            weakest = max(weakest, info.probability)
            contested = contested or claim in self.rebuttals
        sure = 1.0 - prod(1.0 - info.probability for _, _, info in best.values())
        against: tuple[str, ...] = ()
        if contested:
            against = tuple(sorted({other for one in claims for other in self.rebuttals.get(one, ())}))
        return RowProvenance(node, sure, None, weakest, len(best), against)

    def outside(self, service: str) -> float:
        """P(what a service says is so)."""
        if self._services is None:
            raise NotAnnotated(f"nothing is known of the service {service}")
        return self._services.probability(service)


def assessed(
    source: Source,
    circuit: Circuit,
    roots: Sequence[int],
    confidence: bool = True,
    contributions: Sequence[tuple[Contribution, ...]] = (),
    note: str | None = None,
    services: Services | None = None,
) -> Provenance:
    """The provenance of rows whose nodes are ``roots``; equal nodes are assessed once.

    Without ``confidence`` only the circuit is told. ``contributions`` are those of each
    row, if there are any. Raises ``NotAnnotated`` where the circuit rests on what is no
    active claim.
    """
    if not confidence:
        return _provenance(source, circuit, list(map(RowProvenance, roots)), {}, contributions, note)
    distinct = list(dict.fromkeys(roots))
    told = {node for row in contributions for one in row for node, _ in one.members}
    claims = _Claims(source, circuit.names([*distinct, *told]), services)
    assessor = Assessor(circuit, claims)
    plain = ((node, _plain(circuit, claims, node)) for node in distinct)
    known = {node: row for node, row in plain if row is not None}
    rest = [node for node in distinct if node not in known]
    weakest = assessor.weakest(rest)
    rebutted = rests_on_of(circuit, rest, claims.rebuttals) if claims.rebuttals else {}
    for node in rest:
        against = {other for claim in rebutted.get(node, ()) for other in claims.rebuttals[claim]}
        contested = tuple(sorted(against))
        sure = assessor.confidence(node)
        origins = assessor.origins(node)
        known[node] = RowProvenance(node, sure.value, sure.error, weakest[node], origins, contested)
    rows = [known[node] for node in roots]
    return _provenance(source, circuit, rows, claims.infos, contributions, note)


def _plain(circuit: Circuit, claims: _Claims, node: int) -> RowProvenance | None:
    """What is told of a row that rests on one claim, or on one fact of claims; ``None`` for any other."""
    operations, of = circuit.operations, circuit.operands[node]
    if operations[node] is Op.TOKEN:
        return claims.alone(node, circuit.name(node))
    if operations[node] is Op.FACT and all(operations[n] is Op.TOKEN for n in of):
        return claims.together(node, list(map(circuit.name, of)))
    return None


def assessed_rows(
    source: Source, told: Provenance, shown: range, services: Services | None = None
) -> Provenance:
    """A provenance of which only the circuit is told, with some of its rows assessed.

    Of the other rows it tells their nodes alone, and of claims only those that the chosen
    rows rest on.
    """
    if not told.complete:
        return told
    chosen = [told.rows[place] for place in shown]
    nodes = [row.node for row in chosen if row.node is not None]
    contributions = tuple(row.aggregates for row in chosen) if any(row.aggregates for row in chosen) else ()
    try:
        with unswept():
            part = assessed(source, told.circuit, nodes, True, contributions, None, services)
    except (NotAnnotated, CircuitTooLarge) as why:
        return not_annotated(source, str(why), len(told.rows))
    rows = [RowProvenance(row.node) for row in told.rows]
    rows[shown.start : shown.stop] = part.rows
    return replace(part, rows=tuple(rows), notes=told.notes)


def _provenance(
    source: Source,
    circuit: Circuit,
    rows: Sequence[RowProvenance],
    infos: Mapping[str, ClaimInfo],
    contributions: Sequence[tuple[Contribution, ...]],
    note: str | None,
) -> Provenance:
    if contributions:
        rows = [row._replace(aggregates=of) for row, of in zip(rows, contributions, strict=True)]
    notes = () if note is None else (note,)
    return Provenance(source.iri, True, None, circuit, tuple(rows), infos, notes)


def not_annotated(source: Source, reason: str, rows: int) -> Provenance:
    """The provenance of an answer whose rows are not annotated."""
    return Provenance(source.iri, False, reason, rows=(NOT_ANNOTATED,) * rows)
