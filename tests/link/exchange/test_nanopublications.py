"""Nanopublications are accepted by the ``nanopub`` library, signed ones too, and come back the same."""

import base64
from pathlib import Path

import nanopub
import pytest
import rdflib
from Crypto.Hash import SHA256
from Crypto.PublicKey import RSA
from Crypto.Signature import pkcs1_15
from hypothesis import given, settings
from hypothesis import strategies as st
from nanopub.trustyuri.rdf import RdfHasher, RdfUtils
from rdflib import ConjunctiveGraph, URIRef
from rdflib import Literal as Theirs

from kg.dataset.checks.invariants import claim_names
from kg.dataset.loading.rdf import ingest_rdf
from kg.dataset.snapshots import Reader, Snapshot
from kg.dataset.terms import Literal, NamedNode, Quad, RdfFormat, parse, serialize
from kg.dataset.trusty import normalized, trusty_code
from kg.dataset.writer import Writer
from kg.errors import UnreadableInput
from kg.link.exchange.nanopublications import Signer, nanopublication
from ontology.vocab import NPX, XSD
from tests.link.exchange.conftest import link

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),  # of rdflib's, in the library
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]
NAME = "https://example.org/np/RA"


@pytest.fixture(autouse=True)
def literals_as_they_stand(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the library sets when it is imported, and pySHACL sets back."""
    monkeypatch.setattr(rdflib, "NORMALIZE_LITERALS", False)


def accepted(quads: list[Quad]) -> nanopub.Nanopub:
    """The library's reading of a nanopublication, which it holds valid."""
    graph = ConjunctiveGraph()
    graph.parse(data=(serialize(quads, format=RdfFormat.TRIG) or b"").decode(), format="trig")
    found = nanopub.Nanopub(rdf=graph)
    assert found.is_valid
    assert found.has_valid_trusty
    return found


def test_the_library_accepts_every_claim(snapshot: Snapshot) -> None:
    names = list(claim_names(snapshot))
    assert len(names) == 9
    for name in names:
        found = accepted(nanopublication(snapshot, name))
        assert str(found.source_uri).startswith(f"{name}/RA")
        assert str(found.metadata.assertion) == name


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A private key in a file."""
    file = tmp_path_factory.mktemp("keys") / "id_rsa"
    file.write_bytes(RSA.generate(2048).export_key("PEM", pkcs=8))
    return file


def test_the_library_accepts_a_signed_one(snapshot: Snapshot, key: Path) -> None:
    signer = Signer.read(key, "https://orcid.org/0000-0002-1825-0097")
    quads = nanopublication(snapshot, next(claim_names(snapshot)), signer)
    found = accepted(quads)
    public = RSA.import_key(base64.b64decode(str(found.signed_with_public_key)))
    assert public == signer.key.public_key()
    [signature] = [q for q in quads if q.predicate.value == NPX + "hasSignature"]
    signed = normalized([q for q in quads if q != signature], str(found.source_uri))
    assert isinstance(signature.object, Literal)
    pkcs1_15.new(public).verify(SHA256.new(signed.encode()), base64.b64decode(signature.object.value))
    assert any(q.predicate.value == NPX + "signedBy" for q in quads)


def test_the_signature_is_the_library_s_own(snapshot: Snapshot, key: Path) -> None:
    """Signing a nanopublication without a signature as the library does gives what we give."""

    quads = nanopublication(snapshot, next(claim_names(snapshot)))
    name = str(accepted(quads).source_uri)
    graph = ConjunctiveGraph()
    graph.parse(data=(serialize(quads, format=RdfFormat.TRIG) or b"").decode(), format="trig")
    theirs = RdfHasher.normalize_quads(RdfUtils.get_quads(graph), baseuri=f"{name}#", hashstr=" ")
    assert normalized(quads, name) == theirs


@pytest.mark.parametrize(
    ("text", "told"),
    [("no key", "is no RSA key"), ("", "is no RSA key"), ("-----BEGIN PRIVATE KEY-----\nx", "is no RSA key")],
)
def test_what_is_no_key_is_refused(tmp_path: Path, text: str, told: str) -> None:
    file = tmp_path / "key"
    file.write_text(text)
    with pytest.raises(UnreadableInput, match=told):
        Signer.read(file)


def test_a_public_key_is_refused(tmp_path: Path, key: Path) -> None:
    file = tmp_path / "key.pub"
    file.write_bytes(RSA.import_key(key.read_bytes()).public_key().export_key())
    with pytest.raises(UnreadableInput, match="private"):
        Signer.read(file)


def test_a_key_as_nanopub_tools_keep_it(tmp_path: Path, key: Path) -> None:
    file = tmp_path / "id_rsa"
    file.write_text(nanopub.profile.format_key(key.read_text()) + "\n")
    assert Signer.read(file).key == Signer.read(key).key


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
OBJECTS = st.one_of(
    st.builds(Literal, TEXT),
    st.builds(Literal, TEXT, language=st.sampled_from(["en", "en-US", "zh"])),
    st.builds(Literal, st.integers().map(str), datatype=st.just(NamedNode(XSD + "integer"))),
    st.sampled_from([NamedNode(NAME), NamedNode(f"{NAME}#x"), NamedNode("https://example.org/np/RAx")]),
)
SUBJECTS = st.sampled_from([NamedNode(NAME), NamedNode(f"{NAME}#a"), NamedNode("urn:x"), NamedNode("urn:y")])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.builds(Quad, SUBJECTS, SUBJECTS, OBJECTS, SUBJECTS), min_size=1, max_size=8))
def test_hashes_are_the_library_s(quads: list[Quad]) -> None:
    def term(value: object) -> object:
        match value:
            case NamedNode(value=iri):
                return URIRef(iri)
            case Literal(value=text, language=str() as language):
                return Theirs(text, lang=language)
            case Literal(value=text, datatype=datatype):
                return Theirs(text, datatype=URIRef(datatype.value))
        raise TypeError(value)

    theirs = [(term(q.graph_name), term(q.subject), term(q.predicate), term(q.object)) for q in quads]
    assert trusty_code(quads, NAME) == RdfHasher.make_hash(theirs, baseuri=f"{NAME}#", hashstr=" ")


def exported(snapshot: Snapshot, file: Path) -> Path:
    quads = (quad for name in claim_names(snapshot) for quad in nanopublication(snapshot, name))
    file.write_bytes(serialize(quads, format=RdfFormat.TRIG) or b"")
    return file


def test_all_claims_come_back(snapshot: Snapshot, tmp_path: Path) -> None:
    with Writer(tmp_path / "again") as writer:
        report = ingest_rdf(writer, exported(snapshot, tmp_path / "all.trig"))
        writer.commit()
    assert (report.claims_new, report.base_new, report.rejected) == (9, 0, [])
    again = Reader(tmp_path / "again").current()
    for name in claim_names(snapshot):
        assert again.claim(name) == snapshot.claim(name)


def test_one_that_was_changed_is_quarantined(snapshot: Snapshot, tmp_path: Path) -> None:
    file = exported(snapshot, tmp_path / "all.trig")
    changed = file.read_text().replace("in late April", "in early April")
    file.write_text(changed)
    with Writer(tmp_path / "again") as writer:
        report = ingest_rdf(writer, file)
    assert report.claims_new == 8
    [rejected] = report.rejected
    assert "is the hash of other content" in rejected.reason


FOREIGN = """
@prefix np: <http://www.nanopub.org/nschema#> . @prefix prov: <http://www.w3.org/ns/prov#> .
@prefix this: <NAME> . @prefix sub: <NAME#> . @prefix ex: <http://example.org/> .
sub:Head { this: a np:Nanopublication ; np:hasAssertion sub:assertion ;
  np:hasProvenance sub:provenance ; np:hasPublicationInfo sub:pubinfo . }
sub:assertion { ex:jlmag ex:licensedFor ex:vw . }
sub:provenance { sub:assertion prov:wasAttributedTo ex:ann . }
sub:pubinfo { this: prov:wasAttributedTo ex:bob . }
"""


@pytest.mark.parametrize(("words", "taken"), [("ex:vw", 1), ("ex:tesla", 0)])
def test_one_of_others_is_a_claim_unless_it_was_changed(tmp_path: Path, words: str, taken: int) -> None:
    def at(name: str) -> str:
        return FOREIGN.replace("NAME", name)

    quads = list(parse(at(NAME).encode(), format=RdfFormat.TRIG))
    name = f"https://example.org/np/{trusty_code(quads, NAME)}"
    file = tmp_path / "one.trig"
    file.write_text(at(name).replace("ex:vw", words))
    with Writer(tmp_path / "store") as writer:
        report = ingest_rdf(writer, file)
        writer.commit()
        assert (report.claims_new, len(report.rejected)) == (taken, 0 if taken else 4)
        assert writer.view.is_known(f"{name}#assertion") is bool(taken)


def test_claims_named_elsewhere_have_a_name_too(tmp_path: Path) -> None:
    file = tmp_path / "g.trig"
    file.write_text("<https://other.example/g#1> { <urn:a> <urn:p> 1.50, \"01\"^^<urn:d>, 'x'@en-US . }")
    with Writer(tmp_path / "store") as writer:
        ingest_rdf(writer, file)
        writer.add([link("https://w3id.org/lodestone/entity/x", "urn:y")])
        writer.commit()
    snapshot = Reader(tmp_path / "store").current()
    found = accepted(nanopublication(snapshot, "https://other.example/g#1"))
    assert str(found.source_uri).startswith("https://w3id.org/lodestone/claim/RA")
