"""What must hold of every version of a store, and how it is checked.

* only active claims are queried, and the manifest counts what is there;
* the default graph is the facts, what follows from them, and base data; nothing else;
* the inferred graph lists what follows;
* the index holds each fact of the default graph once, annotated with what it rests on;
* every claim can be read back, is named by its content, and lies where its state says;
* its assertion graph, as it was made, and its record are those that it encodes to;
* of judgments and canonical names: ``kg.dataset.checks.identity_invariants``;
* an origin has the most cautious rating of its claims;
* its quote is found in the document's text, at its place;
* reference data are as they were put in;
* of a document that was purged there is neither the text nor a claim;
* the text index has each claim with its words, its state and what others make of it.
"""

import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

from pyoxigraph import BlankNode, DefaultGraph, NamedNode, RdfFormat, Store, parse

from kg.claims.claim import Claim
from kg.claims.confidence import Reliability, cautious
from kg.claims.document import text_hash
from kg.dataset.annotated.index import AnnotatedFacts
from kg.dataset.annotated.support import chained_facts, support_lines, supports
from kg.dataset.annotated.view import Support, View
from kg.dataset.chains.closure import Closure, given_conclusions
from kg.dataset.checks.findings import Finding
from kg.dataset.checks.identity_invariants import check_identity
from kg.dataset.fixed import Version
from kg.dataset.loading.sorting import Progress, SortedLines, unwatched
from kg.dataset.purging import tombstones
from kg.dataset.record.encode import encode, graph_hash
from kg.dataset.record.records import DEFAULT, StoredClaim
from kg.dataset.snapshots import Snapshot
from kg.dataset.terms import Statement, node, ntriples, statement
from kg.dataset.text.checking import text_problems
from kg.dataset.upkeep.reference_graph import found_hash, stored_hash
from kg.errors import LodestoneError
from kg.infer.rules import ontology_rules
from ontology.vocab import LS, RDF

_TICK = 10_000
AFTERWARDS = (LS.retracted, LS.retractedBy, LS.retractionReason)
"""Record terms that say what became of a claim."""


def check_dataset(snapshot: Snapshot, progress: Progress = unwatched) -> Iterator[Finding]:
    """Everything that is wrong with a version. Memory grows by some 200 bytes a fact."""
    yield from check_version(snapshot, progress)
    yield from _check_purged(snapshot)
    yield from _check_index(snapshot, progress)
    yield from _check_text(snapshot, progress)


def check_version(version: Version, progress: Progress = unwatched) -> Iterator[Finding]:
    """The same without its indexes, which a store on another engine does not have."""
    yield from _check_claims(version, progress)
    yield from check_identity(version)
    yield from _check_facts(version, progress)
    yield from _check_reference(version)


def claim_names(snapshot: View) -> Iterator[str]:
    """IRIs of all claims, active ones first."""
    for store in (snapshot.main, snapshot.archive):
        yield from claims_in(snapshot, store)


def claims_in(snapshot: View, store: Store) -> Iterator[str]:
    """IRIs of the claims of a store: the active ones are in main, the others in the archive."""
    for quad in store.quads_for_pattern(None, node(RDF + "type"), node(LS.Claim), snapshot.record):
        if isinstance(quad.subject, NamedNode):
            yield quad.subject.value


def _check_claims(snapshot: Version, progress: Progress) -> Iterator[Finding]:
    texts: dict[str, str | None] = {}
    ratings: dict[str, set[Reliability]] = {}
    places: Counter[bool] = Counter()
    for count, name in enumerate(claim_names(snapshot), start=1):
        try:
            stored = snapshot.claim(name)
            places[snapshot.is_active(name)] += 1
            origin = snapshot.node(name).need(LS.origin)
            ratings.setdefault(origin, set()).add(stored.claim.assessment.reliability)
        except (LodestoneError, ValueError, KeyError) as error:
            yield Finding("a claim can be read back", name, str(error))
            continue
        yield from _check_claim(snapshot, stored)
        yield from _check_quote(snapshot, stored, texts)
        if count % _TICK == 0:
            progress(_TICK)
    for origin, found in ratings.items():
        if snapshot.origin_reliability(origin) is not cautious(found):
            yield Finding(
                "an origin is rated as its claims are",
                origin,
                f"the most cautious rating is {cautious(found)}",
            )
    yield from _check_counts(snapshot, places)


def _check_counts(snapshot: Version, places: Counter[bool]) -> Iterator[Finding]:
    base = sum(1 for _ in snapshot.archive.quads_for_pattern(None, None, None, DEFAULT))
    found = {"active": places[True], "inactive": places[False], "base_default": base}
    for name, number in found.items():
        said = snapshot.manifest.counts.get(name, 0)
        if said != number:
            yield Finding("the manifest counts what is there", name, f"it says {said}, there are {number}")
    for graph in snapshot.main.named_graphs():
        own = isinstance(graph, NamedNode) and graph.value.startswith(snapshot.names.claim(""))
        if own and not snapshot.is_active(graph.value):
            yield Finding(
                "only active claims are queried",
                graph.value,
                "a graph of its name is, but no such claim is active",
            )


def _check_claim(snapshot: Version, stored: StoredClaim) -> Iterator[Finding]:
    name, claim = stored.iri, stored.claim
    recorded_hash = snapshot.node(name).get(LS.contentHash)
    expected = claim.hash if claim.iri is None else graph_hash(claim.triples)
    purged = snapshot.node(name).get(LS.quoteRemoved) is not None
    if recorded_hash != expected and not (purged and claim.quote is None):
        yield Finding(
            "a claim is named by its content",
            name,
            f"its content has hash {expected}, recorded is {recorded_hash}",
        )
    if stored.active != snapshot.is_active(name):
        place = "the queried dataset" if snapshot.is_active(name) else "the archive"
        yield Finding("a claim lies where its state says", name, f"it is {stored.state}, but lies in {place}")
    if claim.iri is None and not purged:  # without its quote it encodes to another one
        encoded = encode(claim, snapshot.names, recorded=_recorded(claim))
        due = {f"{statement(' '.join(s))}" for s in encoded.assertion}
        found = {f"{statement(line)}" for line in snapshot.assertion(name)}
        if due != found:
            yield Finding(
                "an assertion graph is what its claim encodes to",
                name,
                f"{len(due - found)} triples are missing, {len(found - due)} are too many",
            )
        yield from _check_record(snapshot, name, {f"{statement(' '.join(s))}" for s in encoded.record})


def _check_record(snapshot: Version, name: str, due: set[str]) -> Iterator[Finding]:
    found = {
        f"{Statement(str(quad.subject), str(quad.predicate), ntriples(quad.object))}"
        for store in (snapshot.main, snapshot.archive)
        for quad in snapshot.own_record(name, store)
        if quad.predicate.value not in AFTERWARDS
    }
    if due != found:
        yield Finding(
            "the record of a claim is what it encodes to",
            name,
            f"{len(due - found)} triples are missing, {len(found - due)} are too many",
        )


def _recorded(claim: Claim) -> datetime:
    if claim.recorded is None:
        raise ValueError("the record lacks the time at which the claim was recorded")
    return claim.recorded


def _check_quote(snapshot: Version, stored: StoredClaim, texts: dict[str, str | None]) -> Iterator[Finding]:
    claim = stored.claim
    if snapshot.node(stored.iri).get(LS.quoteRemoved) is not None:
        kept = claim.document.hash is not None and snapshot.layout.text(claim.document.hash) is not None
        if kept or claim.quote is not None:
            yield Finding("what was purged is gone", stored.iri, "its quote, or its document's text, is kept")
        return
    if claim.quote is None or claim.document.hash is None:
        return
    key = claim.document.hash
    if key not in texts:
        if len(texts) >= 64:
            texts.clear()
        texts[key] = snapshot.layout.text(key)
        text = texts[key]
        if text is not None and text_hash(text) != key:
            yield Finding(
                "a document's text is the one that was hashed", key, "the kept text has another hash"
            )
    text = texts[key]
    if not claim.quote_verified:
        if text is not None and stored.active:
            yield Finding(
                "a quote is verified where the text is kept", stored.iri, "it was not: take the text in"
            )
    elif text is None:
        yield Finding("a verified quote can be verified again", stored.iri, f"the text {key} is not kept")
    elif claim.quote.start is None or text[claim.quote.start : claim.quote.end] != claim.quote.exact:
        yield Finding(
            "a quote stands where it says", stored.iri, f"the text does not read so: {claim.quote.exact!r}"
        )


def _check_purged(snapshot: Snapshot) -> Iterator[Finding]:
    for stone in tombstones(snapshot.layout):
        kept = stone.text_hash is not None and snapshot.layout.document(stone.text_hash).exists()
        if kept or any(map(snapshot.is_known, (one.iri for one in stone.withdrawn))):
            yield Finding("what was purged is gone", stone.document, "its text, or a claim of it, is kept")


def _check_facts(snapshot: Version, progress: Progress) -> Iterator[Finding]:
    rules = ontology_rules()
    facts: set[int] = set()
    inferred: set[int] = set()
    closure = Closure(snapshot)
    for triple in fact_triples(snapshot, progress):
        facts.add(hash(triple))
        inferred.update(map(hash, rules.consequences(triple)))
        closure.add(triple)
    inferred.update(map(hash, closure.conclusions()))
    given = set(map(hash, given_conclusions(snapshot)))
    base = {hash(t) for t in _triples(snapshot.archive, DEFAULT)} if snapshot.has_base else set()
    yield from _compare(snapshot.main, DEFAULT, facts | inferred | base, "the default graph")
    yield from _compare(snapshot.main, snapshot.inferred, inferred, "the inferred graph")
    yield from _compare(snapshot.archive, snapshot.inferred, given, "what is known to follow from given data")


def _check_index(snapshot: Snapshot, progress: Progress) -> Iterator[Finding]:
    if snapshot.index is None:
        yield Finding("facts are indexed", snapshot.iri, "this version has no index")
        return
    found = snapshot.manifest.counts.get("facts", 0)
    if (number := len(snapshot.index.store)) != found:
        yield Finding("the manifest counts what is there", "facts", f"it says {found}, there are {number}")
    due = 0
    chained = set(chained_facts(snapshot))
    with tempfile.TemporaryDirectory() as folder, SortedLines(Path(folder)) as lines:
        for line in support_lines(snapshot, progress):
            lines.add(line)
        for triple, support in supports(lines):
            due += 1
            alone = triple not in chained
            chained.discard(triple)
            problem = _index_problem(snapshot, snapshot.index, triple, support if alone else None)
            if problem is not None:
                yield Finding("the index tells what each fact rests on", triple, f"{problem}: rebuild it")
    for triple in sorted(chained):
        due += 1
        problem = _index_problem(snapshot, snapshot.index, triple, None)
        if problem is not None:
            yield Finding("the index tells what each fact rests on", triple, f"{problem}: rebuild it")
    if number > due:
        yield Finding("the index holds facts only", snapshot.iri, f"{number - due} are too many: rebuild it")


def _index_problem(
    snapshot: Snapshot, index: AnnotatedFacts, triple: str, support: Support | None
) -> str | None:
    quad = next(iter(parse(f"{triple} .".encode(), format=RdfFormat.N_TRIPLES)))
    held = list(index.store.quads_for_pattern(quad.subject, quad.predicate, quad.object, None))
    if len(held) != 1 or not isinstance(held[0].graph_name, BlankNode):
        return f"it is there {len(held)} times"
    name = held[0].graph_name
    if name.value[0] == "t":
        told = index.line(name)
        return None if told == triple else f"its annotation is another fact's, {told}"
    if support is None:
        support = snapshot.fact_support(quad.subject, quad.predicate, quad.object)
    [found] = index.supports([name])
    return None if found == support else f"the index says {found}, it is {support}"


def _check_reference(snapshot: Version) -> Iterator[Finding]:
    noted, found = stored_hash(snapshot), found_hash(snapshot)
    if noted != found:
        yield Finding(
            "reference data are as they were put in",
            snapshot.names.reference,
            f"the graph notes the hash {noted}, its content has {found}: lodestone link --reference",
        )


def _check_text(snapshot: Snapshot, progress: Progress) -> Iterator[Finding]:
    if snapshot.text is None:
        yield Finding("claims can be searched", snapshot.iri, "this version has no text index")
        return
    for subject, problem in text_problems(snapshot, snapshot.text, claim_names(snapshot), progress):
        yield Finding("the text index tells what there is", subject, f"{problem}: rebuild it")


def _compare(store: Store, graph: NamedNode | DefaultGraph, due: set[int], what: str) -> Iterator[Finding]:
    found = 0
    for triple in _triples(store, graph):
        if hash(triple) in due:
            found += 1
        else:
            yield Finding(f"{what} holds what is supported", " ".join(triple), "nothing supports this triple")
    if found < len(due):
        yield Finding(
            f"{what} holds all that is supported", what, f"{len(due) - found} triples are missing: rebuild it"
        )


def fact_triples(
    snapshot: Version, progress: Progress = unwatched, *, but: Iterable[str] = ()
) -> Iterator[tuple[str, str, str]]:
    """Triples of the active claims, ``but`` these, that state facts, in N-Triples, as often as they are."""
    stating = set(snapshot.stating_claims()).difference(but)
    for count, quad in enumerate(snapshot.main.quads_for_pattern(None, None, None, None), start=1):
        if count % _TICK == 0:
            progress(_TICK)
        if isinstance(quad.graph_name, NamedNode) and quad.graph_name.value in stating:
            yield str(quad.subject), str(quad.predicate), ntriples(quad.object)


def _triples(store: Store, graph: NamedNode | DefaultGraph) -> Iterable[tuple[str, str, str]]:
    for quad in store.quads_for_pattern(None, None, None, graph):
        yield str(quad.subject), str(quad.predicate), ntriples(quad.object)
