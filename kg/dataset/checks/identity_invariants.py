"""What must hold of judgments, and of the names that they give.

* every judgment can be read back, is named by its content, and lies where its state says;
* no two mentions are one thing that a judgment which stands calls different;
* the assertion graph of an active claim is what it said, in canonical names; as it was made it
  is kept where that is something else, and only there;
* the record says of each mention what it is called.
"""

from collections.abc import Iterator

from pyoxigraph import NamedNode

from kg.dataset.checks.findings import Finding
from kg.dataset.fixed import Version
from kg.dataset.judgments.identities import projected, renamed_claims, texts
from kg.dataset.record.records import plain_value
from kg.dataset.terms import node
from kg.errors import LodestoneError
from kg.identity.judgment import Verdict
from ontology.vocab import LS


def check_identity(snapshot: Version) -> Iterator[Finding]:
    """Everything that is wrong with the judgments of a version, and with its names."""
    standing = 0
    for name in snapshot.judgments():
        standing += snapshot.is_judgment(name)
        yield from _check_judgment(snapshot, name)
    said = snapshot.manifest.counts.get("judgments", 0)
    if said != standing:
        yield Finding(
            "the manifest counts what is there", "judgments", f"it says {said}, there are {standing}"
        )
    for claim in renamed_claims(snapshot):
        yield from _check_names(snapshot, claim)
    yield from _check_mentions(snapshot)


def _check_judgment(snapshot: Version, name: str) -> Iterator[Finding]:
    try:
        stored = snapshot.judgment(name)
    except (LodestoneError, ValueError, KeyError) as error:
        yield Finding("a judgment can be read back", name, str(error))
        return
    told = stored.judgment
    if told.iri(snapshot.names) != name:
        yield Finding("a judgment is named by its content", name, f"its content has id {told.id}")
    if (stored.state == "active") != snapshot.is_judgment(name):
        place = "the queried dataset" if snapshot.is_judgment(name) else "the archive"
        yield Finding(
            "a judgment lies where its state says", name, f"it is {stored.state}, but lies in {place}"
        )
    joined = snapshot.clusters.canonical(told.left) == snapshot.clusters.canonical(told.right)
    if stored.state == "active" and told.verdict is Verdict.DIFFERENT and joined:
        yield Finding("what was judged different is not one", name, f"{told.left} and {told.right} are")


def _check_names(snapshot: Version, claim: str) -> Iterator[Finding]:
    made = {texts(quad) for quad in snapshot.original(claim)}
    found = {texts(quad) for quad in snapshot.main.quads_for_pattern(None, None, None, node(claim))}
    due = {triple for triple, _ in projected(claim, made, snapshot.clusters)}
    if due != found:
        yield Finding(
            "an assertion graph is in canonical names",
            claim,
            f"{len(due - found)} triples are missing, {len(found - due)} are too many: rebuild it",
        )
    if snapshot.archive.contains_named_graph(node(claim)) != (due != made):
        yield Finding(
            "a claim is kept as it was made where it is queried otherwise", claim, "it is not so: rebuild it"
        )


def _check_mentions(snapshot: Version) -> Iterator[Finding]:
    unnamed = set(snapshot.clusters.names)
    for quad in snapshot.main.quads_for_pattern(None, node(LS.canonicalEntity), None, snapshot.record):
        mention = quad.subject.value if isinstance(quad.subject, NamedNode) else ""
        unnamed.discard(mention)
        due, found = snapshot.clusters.canonical(mention), plain_value(quad.object)
        if due != found:
            yield Finding("a mention is called what its judgments say", mention, f"{found}, but it is {due}")
    for mention in sorted(unnamed):
        yield Finding("a mention is called what its judgments say", mention, "the record does not say what")
