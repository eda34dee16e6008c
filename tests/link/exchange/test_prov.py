"""PROV goes through the ``prov`` library unchanged, and says the same as RDF and as JSON."""

import io
import json

import pytest
from prov import model

from kg.dataset.checks.invariants import claim_names
from kg.dataset.snapshots import Snapshot
from kg.dataset.terms import RdfFormat, serialize
from kg.link.exchange.curies import Curies
from kg.link.exchange.prov import provenance
from kg.link.exchange.prov_json import prov_json
from kg.link.exchange.prov_o import prov_o
from ontology.vocab import PREFIXES

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of rdflib's, in the library


def as_json(snapshot: Snapshot) -> str:
    out = io.BytesIO()
    prov_json(provenance(snapshot, claim_names(snapshot), snapshot.judgments()), out, snapshot.names.base)
    return out.getvalue().decode()


def as_rdf(snapshot: Snapshot) -> str:
    triples = prov_o(provenance(snapshot, claim_names(snapshot), snapshot.judgments()))
    return (serialize(triples, format=RdfFormat.TURTLE, prefixes=PREFIXES) or b"").decode()


def test_json_comes_back_from_the_library(snapshot: Snapshot) -> None:
    document = model.ProvDocument.deserialize(content=as_json(snapshot), format="json")
    again = model.ProvDocument.deserialize(content=document.serialize(format="json"), format="json")
    assert again == document
    assert len(list(document.get_records())) > 100


def test_rdf_comes_back_from_the_library(snapshot: Snapshot) -> None:
    document = model.ProvDocument.deserialize(content=as_rdf(snapshot), format="rdf", rdf_format="turtle")
    written = document.serialize(format="rdf", rdf_format="turtle")
    assert model.ProvDocument.deserialize(content=written, format="rdf", rdf_format="turtle") == document


def test_both_say_the_same(snapshot: Snapshot) -> None:
    from_json = model.ProvDocument.deserialize(content=as_json(snapshot), format="json")
    from_rdf = model.ProvDocument.deserialize(content=as_rdf(snapshot), format="rdf", rdf_format="turtle")
    assert from_json == from_rdf


def test_what_it_says_of_a_claim(snapshot: Snapshot) -> None:
    told = json.loads(as_json(snapshot))
    rows = snapshot.query(
        f"SELECT ?c {{ GRAPH <{snapshot.names.record}> {{ ?c ls:quote/oa:prefix|ls:quote/oa:start ?s }} }}"
    )
    [claim] = [row["c"].value for row in rows]
    name = Curies({**PREFIXES, "this": snapshot.names.base})(claim)
    sources = {
        d["prov:usedEntity"]: d for d in told["wasDerivedFrom"].values() if d["prov:generatedEntity"] == name
    }
    assert f"{name}#quote" in sources
    assert sum("prov:type" in found for found in sources.values()) == 1  # the origin, as primary source
    [quoted] = [d for d in told["wasDerivedFrom"].values() if d["prov:generatedEntity"] == f"{name}#quote"]
    assert quoted["prov:type"]["$"] == "prov:Quotation"
    assert told["entity"][f"{name}#quote"]["prov:value"] == "a license \\ “金力”\n"
    chain = [a for a in told["wasAttributedTo"].values() if a["prov:entity"] == name]
    agents = [told["agent"][a["prov:agent"]] for a in sorted(chain, key=lambda a: int(a["ls:position"]["$"]))]
    assert [agent["prov:label"] for agent in agents] == ["Three sources", "Reuters", "Example\tDaily"]


def test_what_was_taken_back_is_invalidated(snapshot: Snapshot) -> None:
    told = json.loads(as_json(snapshot))
    invalid = {found["prov:entity"]: found for found in told["wasInvalidatedBy"].values()}
    assert len(invalid) == 2  # a claim and a judgment
    assert {found["prov:time"] for found in invalid.values()} == {"2025-06-01T09:30:00+00:00"}
    reasons = {told["activity"][found["prov:activity"]]["ls:retractionReason"] for found in invalid.values()}
    assert reasons == {"wrong\nfirm", "two firms"}


@pytest.mark.parametrize(
    ("iri", "short"),
    [
        ("https://w3id.org/lodestone/claim/abc#quote", "this:claim/abc#quote"),
        ("https://w3id.org/lodestone/", "ns1:lodestone/"),
        ("https://odd.example/a:b?c=d", "ns1:a:b?c=d"),
        ("urn:isbn:123", "ns1:123"),
        ("http://example.org", "ns1:example.org"),
    ],
)
def test_short_names(iri: str, short: str) -> None:
    curies = Curies({"this": "https://w3id.org/lodestone/"})
    assert curies(iri) == short
    prefix, _, local = short.partition(":")
    assert curies.used()[prefix] + local == iri
