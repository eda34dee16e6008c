"""The default graph as it is written: what claims state, what follows from that, and base data."""

from collections.abc import Iterable, Sequence

from pyoxigraph import DefaultGraph, NamedNode, Quad, RdfFormat, Store, parse

from kg.dataset.chains.pool import term
from kg.dataset.judgments.identities import projected, texts
from kg.dataset.loading.bulk import BULK_CHARACTERS, load_pieces
from kg.dataset.record.records import DEFAULT, Object, Subject
from kg.dataset.terms import distinct, node, nquads, ntriples, stored_text, terms_of
from kg.dataset.text.entry import LABELS, base_names
from kg.dataset.working import WorkingCopy
from kg.errors import ReservedGraph
from kg.identity.clusters import Texts
from kg.infer.rules import Triple, ontology_rules

RESERVED_HOW = (
    "claims are written by ingesting them, and taken back by retracting or superseding them; "
    "reserved graphs follow from the claims"
)
"""What to do instead of writing to a reserved graph."""

MINTED_HOW = "its name is one that this store makes from content: use another IRI for the graph"
"""What is wrong with a graph of base data under a name of ``Names.is_minted``."""


class FactWriter(WorkingCopy):
    """Writes facts and base data, and takes out what nothing supports any more."""

    # --- facts

    def entering(self, name: str, assertion: Sequence[Texts]) -> list[tuple[Texts, str]]:
        """The triples of a claim that becomes active in canonical names, each with its statements.

        Where these are others than it was made with, the archive keeps those.
        """
        clusters = self.view.clusters
        if not clusters or not any(map(clusters.mentions, assertion)):
            return [(triple, name) for triple in assertion]
        if not self.archive.contains_named_graph(node(name)):
            self.touch(archive=True)
            self.load(self.archive, nquads(assertion, name))
        return list(projected(name, assertion, clusters))

    def facts(self, stated: Iterable[tuple[Texts, str]]) -> str:
        """N-Quads of facts that a claim states, each with its statements; noted for the index."""
        triples: dict[Texts, tuple[Triple, ...]] = {}
        for (s, p, o), statement in stated:
            triple = (s, p, stored_text(o))
            follows = triples.get(triple)
            if follows is None:
                follows = triples[triple] = tuple(ontology_rules().consequences(triple))
            self.indexing.stated(statement, " ".join(triple), follows)
            self.inferring.stated(triple)
        return fact_lines(triples, triples.values(), self.names.inferred)

    def load(self, store: Store, text: str) -> None:
        """Load N-Quads."""
        if len(text) > BULK_CHARACTERS // 8:
            middle = text.index("\n", len(text) // 2) + 1
            load_pieces(store, (text[:middle], text[middle:]))
        elif text:
            store.load(text, format=RdfFormat.N_QUADS)

    def withdraw(self, triples: Iterable[tuple[Subject, NamedNode, Object]]) -> None:
        """Take from the default graph what nothing supports any more, consequences included."""
        rules = ontology_rules()
        found = list(triples)
        lost = [(str(s), str(p), ntriples(o)) for s, p, o in found if not self.view.is_asserted(s, p, o)]
        resting = self.inferring.resting_on(lost)
        doubtful: dict[tuple[Subject, NamedNode, Object], None] = {}
        for s, p, o in found:
            stated = (str(s), str(p), ntriples(o))
            consequences = rules.consequences(stated)
            self.indexing.touch((stated, *consequences))
            self.inferring.doubt((stated, *consequences))
            doubtful[s, p, o] = None
            doubtful.update(dict.fromkeys(map(terms_of, consequences)))
        for triple in doubtful:
            derivable = self.view.is_derivable(*triple)
            if not derivable and self.view.is_inferred(*triple):
                self.main.remove(Quad(*triple, self.view.inferred))
            if not derivable and not self.view.is_base(*triple) and not self.view.is_asserted(*triple):
                self.main.remove(Quad(*triple, DEFAULT))
        self._doubt(resting)

    def _doubt(self, conclusions: Iterable[Triple]) -> None:
        """Take out what chains concluded, until the batch is settled."""
        for conclusion in conclusions:
            s, p, o = map(term, conclusion)
            if not self.view.is_derivable(s, p, o):
                self.main.remove(Quad(s, p, o, self.view.inferred))
                if not self.view.is_base(s, p, o) and not self.view.is_asserted(s, p, o):
                    self.main.remove(Quad(s, p, o, DEFAULT))
            self.inferring.doubt((conclusion,))
        if next(iter(self.main.quads_for_pattern(None, None, None, self.view.inferred)), None) is None:
            self.main.remove_graph(self.view.inferred)  # the engine keeps the names of empty graphs

    # --- base data

    def add_base(self, quads: Iterable[Quad]) -> int:
        """Write raw data; gives back how many quads were new.

        Raises ``ReservedGraph``, and writes nothing then.
        """
        found = distinct(quads)
        self._refuse_reserved(found)
        for graph in {q.graph_name.value for q in found if isinstance(q.graph_name, NamedNode)}:
            if self.names.is_minted(graph):
                raise ReservedGraph(f"graph <{graph}>: {MINTED_HOW}", graph=graph)
        plain = [q for q in found if isinstance(q.graph_name, DefaultGraph) and q not in self.archive]
        named = [q for q in found if not isinstance(q.graph_name, DefaultGraph) and q not in self.main]
        if not plain and not named:
            return 0
        self.touch(archive=bool(plain))
        self.archive.extend(plain)
        self.main.extend([*plain, *named])
        self.indexing.touch(map(texts, plain))
        self.text.named(base_names(plain))
        self.count(base_default=len(plain))
        self.view.has_base = self.manifest.counts.get("base_default", 0) > 0
        for triple in self.inferring.leading(plain):
            self.inferring.stated(triple)
        self.inferring.settle()
        return len(plain) + len(named)

    def base_entering(self, triples: Sequence[str]) -> tuple[int, str]:
        """Take triples in N-Triples in as base data of the default graph, many at once.

        Gives back how many were new, and the N-Quads that are to be loaded into the main store.
        """
        if self.view.has_base:
            quads = parse("".join(f"{t} .\n" for t in triples), format=RdfFormat.N_QUADS, lenient=True)
            triples = [t for t, quad in zip(triples, quads, strict=True) if quad not in self.archive]
        if not triples:
            return 0, ""
        self.touch(archive=True)
        text = "".join(f"{t} .\n" for t in triples)
        load_pieces(self.archive, (text,))
        self.indexing.based(triples)
        labels = (t for t in triples if t.split(" ", 2)[1] in LABELS)
        self.text.named(base_names(parse("".join(f"{t} .\n" for t in labels), format=RdfFormat.N_QUADS)))
        for t in triples:
            s, p, o = t.split(" ", 2)
            self.inferring.stated((s, p, o))
        self.count(base_default=len(triples))
        return len(triples), text

    def remove_base(self, quads: Iterable[Quad]) -> int:
        """Remove raw data; a triple that claims still support stays. Raises ``ReservedGraph``."""
        found = list(dict.fromkeys(quads))
        self._refuse_reserved(found)
        self.touch(archive=True)
        removed = plain = 0
        plain_quads = (q for q in found if isinstance(q.graph_name, DefaultGraph) and q in self.archive)
        given = self.inferring.leading(plain_quads)
        resting = self.inferring.resting_on(given)
        for quad in found:
            if not isinstance(quad.graph_name, DefaultGraph):
                removed += quad in self.main
                self.main.remove(quad)
                continue
            if quad in self.archive:
                self.archive.remove(quad)
                removed, plain = removed + 1, plain + 1
                self.indexing.touch((texts(quad),))
                triple = (quad.subject, quad.predicate, quad.object)
                if not self.view.asserting(*triple) and not self.view.is_inferred(*triple):
                    self.main.remove(quad)
        self.count(base_default=-plain)
        self._doubt_given(given, resting)
        return removed

    def _doubt_given(self, given: Iterable[Triple], resting: Sequence[Triple]) -> None:
        """Take out what follows from given triples that are gone, and conclude what follows all the same."""
        alone = [c for triple in given for c in ontology_rules().consequences(triple)]
        self.inferring.withdraw_given((*alone, *given, *resting))
        self.inferring.doubt((*alone, *given))
        self._doubt(resting)
        self.inferring.settle()

    def _refuse_reserved(self, quads: Iterable[Quad]) -> None:
        for graph in {q.graph_name.value for q in quads if isinstance(q.graph_name, NamedNode)}:
            if self.names.is_reserved(graph) or self.view.is_known(graph):
                raise ReservedGraph(f"graph <{graph}> is not open to raw writes: {RESERVED_HOW}", graph=graph)


def in_graph(stated: Iterable[tuple[Texts, str]], name: str) -> str:
    """N-Quads of the triples of an assertion graph."""
    return nquads(dict.fromkeys(triple for triple, _ in stated), name)


def fact_lines(assertion: Iterable[Texts], follows: Iterable[Iterable[Triple]], inferred: str) -> str:
    """N-Quads of facts, and of what follows from each of them."""
    consequences = list(dict.fromkeys(c for found in follows for c in found))
    return nquads(assertion) + nquads(consequences) + nquads(consequences, inferred)
