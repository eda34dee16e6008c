"""A claim as a nanopublication (https://nanopub.net/guidelines/working_draft/): head, assertion, provenance,
publication info. The assertion is the claim's own graph; the whole has a trusty URI, and can be signed.
"""

import base64
import binascii
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kg.claims.names import part_of
from kg.dataset.annotated.view import View
from kg.dataset.terms import DefaultGraph, Literal, NamedNode, Quad, RdfFormat, node, parse
from kg.dataset.trusty import normalized, renamed, trusty_code
from kg.errors import UnreadableInput
from ontology.vocab import LS, NP, NPX, PROV, RDF

if TYPE_CHECKING:  # it comes with an extra
    from Crypto.PublicKey.RSA import RsaKey

GraphName = NamedNode | DefaultGraph
DEFAULT = DefaultGraph()
_TYPE = node(RDF + "type")
_UNNAMED = "RA"
_PUBLICATION = (
    LS.recorded,
    LS.agent,
    LS.status,
    LS.contentHash,
    LS.retracted,
    LS.retractedBy,
    LS.retractionReason,
)


def about(view: View, iri: str, graph: GraphName = DEFAULT) -> Iterator[Quad]:
    """What the record says of a node and of the nodes named under it."""
    todo, seen = [iri], {iri}
    while todo:
        subject = node(todo.pop())
        for store in (view.main, view.archive):
            for quad in store.quads_for_pattern(subject, None, None, view.record):
                yield Quad(quad.subject, quad.predicate, quad.object, graph)
                if isinstance(quad.object, NamedNode):
                    name = quad.object.value
                    if name.startswith(part_of(iri, "")) and name not in seen:
                        seen.add(name)
                        todo.append(name)


def claim_record(view: View, iri: str, graph: GraphName = DEFAULT) -> Iterator[Quad]:
    """The record of a claim, with its document, voices, origin, agent and mentions."""
    own = list(about(view, iri, graph))
    yield from own
    predicates = (LS.document, LS.voice, LS.origin, LS.agent, LS.mention)
    others = (
        q.object.value for q in own if q.predicate.value in predicates and isinstance(q.object, NamedNode)
    )
    for other in dict.fromkeys(others):
        yield from about(view, other, graph)


@dataclass(frozen=True)
class Signer:
    """Who signs nanopublications: an RSA key, and the IRI (an ORCID, say) of whom it belongs to."""

    key: "RsaKey"
    iri: str | None = None

    @classmethod
    def read(cls, file: Path, iri: str | None = None) -> "Signer":
        """Read a private key, in PEM or, as nanopub tools keep it, its base64 alone.

        Raises ``UnreadableInput``, and ``ModuleNotFoundError`` without the extra ``exchange``.
        """
        from Crypto.PublicKey import RSA  # noqa: PLC0415 - an extra

        try:
            text = file.read_text(encoding="ascii").strip()
            data: str | bytes = text if text.startswith("-----") else base64.b64decode(text, validate=True)
            key = RSA.import_key(data)
        except (OSError, UnicodeDecodeError, ValueError, IndexError, TypeError, binascii.Error) as error:
            raise UnreadableInput(f"{file} is no RSA key: {error}", path=str(file)) from error
        if not key.has_private():
            raise UnreadableInput(f"{file} is a public key: name the private one to sign", path=str(file))
        return cls(key, iri)

    def signed(self, quads: list[Quad], name: str, information: NamedNode) -> list[Quad]:
        """The quads with the elements of a signature over them."""
        from Crypto.Hash import SHA256  # noqa: PLC0415 - an extra
        from Crypto.Signature import pkcs1_15  # noqa: PLC0415

        public = base64.b64encode(self.key.public_key().export_key("DER")).decode()
        signature = node(f"{name}#sig")

        def say(predicate: str, value: NamedNode | Literal) -> Quad:
            return Quad(signature, node(NPX + predicate), value, information)

        quads = [
            *quads,
            say("hasPublicKey", Literal(public)),
            say("hasAlgorithm", Literal("RSA")),
            say("hasSignatureTarget", node(name)),
            *([say("signedBy", node(self.iri))] if self.iri else []),
        ]
        signed = pkcs1_15.new(self.key).sign(SHA256.new(normalized(quads, name).encode()))
        return [*quads, say("hasSignature", Literal(base64.b64encode(signed).decode()))]


def nanopublication(view: View, iri: str, signer: Signer | None = None) -> list[Quad]:
    """A claim, active or not, as head, assertion, provenance and publication info.

    Its name is under the claim's, that of a claim with an IRI from elsewhere under ``<base>claim/``.
    Raises ``LodestoneError`` for a claim that holds a triple term, for which trusty URIs are not defined.
    """
    claims = view.names.claim("")
    under = f"{iri}/" if iri.startswith(claims) else claims
    name = under.replace("#", "/") + _UNNAMED
    quads = list(_parts(view, iri, name))
    if signer is not None:
        quads = signer.signed(quads, name, node(f"{name}#pubinfo"))
    return list(renamed(quads, name, trusty_code(quads, name)))


def _parts(view: View, iri: str, name: str) -> Iterator[Quad]:
    published, head = node(name), node(f"{name}#Head")
    provenance, information = node(f"{name}#provenance"), node(f"{name}#pubinfo")
    assertion = node(iri)
    yield Quad(published, _TYPE, node(NP + "Nanopublication"), head)
    for predicate, part in (
        ("hasAssertion", assertion),
        ("hasProvenance", provenance),
        ("hasPublicationInfo", information),
    ):
        yield Quad(published, node(NP + predicate), part, head)
    for line in parse("\n".join(view.assertion(iri)).encode(), format=RdfFormat.N_TRIPLES):
        yield Quad(line.subject, line.predicate, line.object, assertion)
    for quad in claim_record(view, iri):
        mine = quad.subject == assertion and quad.predicate.value in _PUBLICATION
        if not mine:
            yield Quad(quad.subject, quad.predicate, quad.object, provenance)
            if quad.subject == assertion and quad.predicate.value == LS.document:
                yield Quad(assertion, node(PROV + "wasDerivedFrom"), quad.object, provenance)
            continue
        yield Quad(assertion, quad.predicate, quad.object, information)
        if quad.predicate.value == LS.recorded:
            yield Quad(published, node(PROV + "generatedAtTime"), quad.object, information)
        if quad.predicate.value == LS.agent:
            yield Quad(published, node(PROV + "wasAttributedTo"), quad.object, information)


def nanopublications(view: View, claims: Iterable[str], signer: Signer | None = None) -> Iterator[list[Quad]]:
    """The nanopublications of claims, one after the other."""
    for iri in claims:
        yield nanopublication(view, iri, signer)
