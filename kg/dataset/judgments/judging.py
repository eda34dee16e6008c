"""Taking judgments in and undoing them, and what that does to the dataset.

When clusters change, the claims that mention what is called otherwise from then on are put
in canonical names anew, from what they said when they were made; all else stays untouched.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain, product
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode, Quad, RdfFormat, parse

from kg.claims.names import whole_of
from kg.dataset.judgments.identities import projected, renamed_claims, texts
from kg.dataset.judgments.judged import encode_judgment
from kg.dataset.outcomes import Judged, Outcome
from kg.dataset.record.encode import encode_agent, moment
from kg.dataset.record.records import DEFAULT
from kg.dataset.terms import Statement, iri, literal, node, nquads
from kg.identity.clusters import Clusters, Link, Texts
from kg.identity.judgment import Judgment, Kind, Verdict
from kg.infer.disjoint import ontology_disjoint
from ontology.vocab import LS, ONTOLOGY, RDF

if TYPE_CHECKING:
    from kg.dataset.writer import Writer

_NO_MENTION = ("claim/", "judgment/", "document/", "source/", "origin/", "agent/", "snapshot/")
"""Beginnings, under the base IRI, of names of what is neither an entity nor an event."""


def judge(writer: Writer, judgments: Iterable[Judgment], *, force: bool) -> list[Judged]:
    """Take judgments in, in their order; one that is in conflict is left out, with the reason.

    In conflict is one that is known otherwise; a "same" that would join what a judgment that
    stands calls different, a "different" on what others have made one; and, unless it is
    forced, a "same" of things in classes that the ontology calls disjoint (a corporate
    group and a legal entity, a party and a place's event).
    """
    docket = _Docket(writer, force=force)
    done = [docket.offer(judgment) for judgment in judgments]
    if docket.links:
        _rename(writer, writer.view.clusters.changed(added=docket.links), docket.links)
    return done


def undo(writer: Writer, name: str, *, reason: str, by: str, at: datetime) -> bool:
    """Undo a judgment. See ``Writer.undo``."""
    stored = writer.view.judgment(name)
    if stored.undone is not None:
        return False
    after = writer.view.clusters.changed(removed=[stored.link]) if stored.acts else None
    writer.touch(archive=True)
    if writer.view.is_judgment(name):
        writer.move_record(name, writer.main, writer.archive)
        writer.count(judgments=-1)
    about = iri(name)
    told = [
        Statement(about, iri(LS.retracted), moment(at)),
        Statement(about, iri(LS.retractionReason), literal(reason)),
        Statement(about, iri(LS.retractedBy), literal(by)),
    ]
    writer.load(writer.archive, nquads(told, writer.names.record))
    if after is not None:
        _rename(writer, after, [stored.link])
    return True


class _Docket:
    """Judgments as they come in: each is weighed against those that stand, earlier ones among them."""

    def __init__(self, writer: Writer, *, force: bool) -> None:
        self._writer = writer
        self._view = writer.view
        self._force = force
        self._before = writer.view.clusters
        self._above: dict[str, str] = {}
        self._members: dict[str, tuple[str, ...]] = {}
        self.links: list[Link] = []

    def offer(self, judgment: Judgment) -> Judged:
        """Take a judgment in, unless something speaks against it."""
        name = judgment.iri(self._writer.names)
        if self._view.knows_judgment(name):
            return self._known(name, judgment)
        against = self._against(judgment)
        if against is not None:
            reason, others = against
            return Judged(name, judgment, Outcome.CONFLICT, reason, others)
        self._record(judgment)
        if judgment.acts:
            self.links.append(Link(name, judgment.left, judgment.right, judgment.confidence))
            self._join(judgment.left, judgment.right)
        return Judged(name, judgment, Outcome.NEW)

    def _known(self, name: str, judgment: Judgment) -> Judged:
        stored = self._view.judgment(name)
        if stored.judgment != judgment:
            reason = (
                f"{name} is known, as {stored.judgment.status} and otherwise as it was made: a judgment "
                "never changes, make another one of the two mentions"
            )
        elif stored.undone is not None:
            reason = f"{name} was undone: make another judgment of the two mentions"
        else:
            return Judged(name, judgment, Outcome.KNOWN)
        return Judged(name, judgment, Outcome.CONFLICT, reason, (name,))

    def _record(self, judgment: Judgment) -> None:
        writer = self._writer
        writer.begin()
        stands = judgment.status == "accepted"
        writer.touch(archive=not stands)
        shared = writer.unless_said(encode_agent(judgment.author, writer.names))
        writer.load(writer.main, nquads(shared, writer.names.record))
        store = writer.main if stands else writer.archive
        writer.load(store, nquads(encode_judgment(judgment, writer.names), writer.names.record))
        writer.count(judgments=int(stands))

    # --- clusters as they grow

    def _top(self, mention: str) -> str:
        found = self._before.canonical(mention)
        while found in self._above:
            found = self._above[found]
        return found

    def _cluster(self, top: str) -> tuple[str, ...]:
        return self._members.get(top) or self._before.cluster(top)

    def _join(self, left: str, right: str) -> None:
        one, other = self._top(left), self._top(right)
        if one != other:
            self._members[one] = (*self._cluster(one), *self._cluster(other))
            self._above[other] = one

    # --- what speaks against a judgment

    def _against(self, judgment: Judgment) -> tuple[str, tuple[str, ...]] | None:
        problem = _not_judged(self._writer, judgment)
        if problem is not None:
            return problem, ()
        if judgment.status != "accepted" or judgment.verdict is Verdict.UNSURE:
            return None
        left, right = self._top(judgment.left), self._top(judgment.right)
        if judgment.verdict is Verdict.DIFFERENT:
            return self._joined(judgment) if left == right else None
        if left == right:
            return None
        return self._called_different(judgment, left, right) or self._of_other_classes(judgment, left, right)

    def _joined(self, judgment: Judgment) -> tuple[str, tuple[str, ...]]:
        clusters = self._before.changed(added=self.links)
        way = clusters.way(judgment.left, judgment.right)
        return (
            f"<{judgment.left}> and <{judgment.right}> are one thing by {_listed(way)}: "
            "undo one of these before you call the two different"
        ), way

    def _called_different(
        self, judgment: Judgment, left: str, right: str
    ) -> tuple[str, tuple[str, ...]] | None:
        few, many = sorted((self._cluster(left), self._cluster(right)), key=len)
        others = set(many)
        for mention in few:
            for name in self._view.judgments_on(mention):
                stored = self._view.judgment(name)
                told = stored.judgment
                end = told.right if told.left == mention else told.left
                if stored.state == "active" and told.verdict is Verdict.DIFFERENT and end in others:
                    return (
                        f"<{judgment.left}> and <{judgment.right}> cannot be the same: that would join "
                        f"<{mention}> and <{end}>, which {told.author.name} judged different "
                        f"({told.reason}): undo <{name}> first"
                    ), (name,)
        return None

    def _of_other_classes(
        self, judgment: Judgment, left: str, right: str
    ) -> tuple[str, tuple[str, ...]] | None:
        if self._force:
            return None
        disjoint = ontology_disjoint()
        for a, b in product(self._classes(left), self._classes(right)):
            if frozenset((a, b)) in disjoint:
                return (
                    f"<{judgment.left}> is {a}, <{judgment.right}> is {b}, and nothing is both: such two are "
                    "kept apart unless the judgment is forced"
                ), ()
        return None

    def _classes(self, top: str) -> list[str]:
        canonical = {self._before.canonical(mention) for mention in self._cluster(top)}
        kinds = node(RDF + "type")
        quads = chain.from_iterable(
            self._writer.main.quads_for_pattern(node(name), kinds, None, DEFAULT) for name in canonical
        )
        return sorted({str(quad.object) for quad in quads if isinstance(quad.object, NamedNode)})


def _listed(judgments: Iterable[str]) -> str:
    return ", ".join(f"<{name}>" for name in judgments)


def _not_judged(writer: Writer, judgment: Judgment) -> str | None:
    """Why a judgment cannot be about what it names, if so."""
    names = writer.names
    for mention in (judgment.left, judgment.right):
        try:
            node(mention)
        except ValueError as error:
            return f"<{mention}> is no IRI: {error}"
        local = mention.removeprefix(names.base) if mention.startswith(names.base) else ""
        if names.is_reserved(mention) or mention.startswith(f"{ONTOLOGY}#") or local.startswith(_NO_MENTION):
            return f"<{mention}> is neither an entity nor an event: name two things that claims mention"
        if judgment.kind is Kind.ENTITY and local.startswith("event/"):
            return f"<{mention}> is an event: judge it as one (kind event)"
        if judgment.kind is Kind.EVENT and local.startswith("entity/"):
            return f"<{mention}> is an entity, no event: judge it as one (kind entity)"
        if writer.view.is_known(mention):
            return f"<{mention}> is a claim: name two things that claims mention"
    return None


# --- other names


def _rename(writer: Writer, after: Clusters, links: Iterable[Link]) -> None:
    """Bring the dataset from the clusters that it speaks of to others, these links being the difference."""
    view = writer.view
    before = view.clusters
    links = list(links)
    changed = before.differing(after, links)
    claims = sorted(view.mentioning(changed)) if changed else []
    writer.touch(archive=bool(claims))
    change = _Change()
    for claim in claims:
        _put_anew(writer, claim, before, after, change)
    writer.load(writer.archive, "".join(change.kept))
    writer.load(writer.main, "".join(change.written))
    view.clusters = after
    _name_anew(writer, before, links)
    parts = chain.from_iterable(view.pointing_at(LS.mention, mention) for mention in changed)
    for claim in {*claims, *map(whole_of, parts)}:
        writer.text.touch(claim)
    writer.withdraw((q.subject, q.predicate, q.object) for q in _quads(change.gone))
    writer.load(writer.main, writer.facts(change.come))


@dataclass
class _Change:
    """What becomes of claims in other names: N-Quads for both stores, and the facts that change.

    So does one that only rests on other judgments from now on.
    """

    kept: list[str] = field(default_factory=list)
    written: list[str] = field(default_factory=list)
    gone: list[Texts] = field(default_factory=list)
    come: list[tuple[Texts, str]] = field(default_factory=list)


def _put_anew(writer: Writer, claim: str, before: Clusters, after: Clusters, change: _Change) -> None:
    """Put an active claim in other names."""
    made = [texts(quad) for quad in writer.view.original(claim)]
    old, new = list(projected(claim, made, before)), list(projected(claim, made, after))
    if set(old) == set(new):
        return
    graph = node(claim)
    was, is_now = {triple for triple, _ in old}, {triple for triple, _ in new}
    if writer.archive.contains_named_graph(graph):
        if is_now == set(made):
            writer.archive.remove_graph(graph)
    elif is_now != set(made):
        change.kept.append(nquads(made, claim))
    for quad in _quads(was - is_now):
        writer.main.remove(Quad(quad.subject, quad.predicate, quad.object, graph))
    change.written.append(nquads(sorted(is_now - was), claim))
    if writer.view.states_fact(claim):
        change.gone.extend(dict.fromkeys(triple for triple, _ in sorted(set(old) - set(new))))
        change.come.extend(sorted(set(new) - set(old)))


def put_right(writer: Writer) -> list[str]:
    """Put the claim graphs and the record in the names that the judgments make; gives back those claims.

    The default graph is not looked at.
    """
    view, clusters = writer.view, writer.view.clusters
    claims = renamed_claims(view)
    for claim in claims:
        made = [texts(quad) for quad in view.original(claim)]
        is_now = {triple for triple, _ in projected(claim, made, clusters)}
        graph = node(claim)
        writer.main.remove_graph(graph)
        writer.load(writer.main, nquads(sorted(is_now), claim))
        writer.touch(archive=True)
        writer.archive.remove_graph(graph)
        if is_now != set(made):
            writer.load(writer.archive, nquads(made, claim))
    predicate = node(LS.canonicalEntity)
    said = list(writer.main.quads_for_pattern(None, predicate, None, view.record))
    for quad in said:
        writer.main.remove(quad)
    mentions = {q.subject.value for q in said if isinstance(q.subject, NamedNode)} | clusters.names.keys()
    writer.main.extend(
        Quad(node(mention), predicate, node(clusters.canonical(mention)), view.record)
        for mention in mentions
        if mention in clusters.names or view.pointing_at(LS.mention, mention)
    )
    return claims


def _quads(triples: Iterable[Texts]) -> Iterator[Quad]:
    text = "".join(f"{' '.join(triple)} .\n" for triple in triples)
    return parse(text, format=RdfFormat.N_TRIPLES, lenient=True)


def _name_anew(writer: Writer, before: Clusters, links: Iterable[Link]) -> None:
    """Say in the record what mentions are called."""
    view, after = writer.view, writer.view.clusters
    ends = {end for link in links for end in (link.left, link.right)}
    predicate = node(LS.canonicalEntity)
    for mention in sorted(set(chain.from_iterable((*before.cluster(e), *after.cluster(e)) for e in ends))):
        told = mention in after.names or bool(view.pointing_at(LS.mention, mention))
        due = {Quad(node(mention), predicate, node(after.canonical(mention)), view.record)} if told else set()
        said = set(writer.main.quads_for_pattern(node(mention), predicate, None, view.record))
        for quad in said - due:
            writer.main.remove(quad)
        for quad in due - said:
            writer.main.add(quad)
