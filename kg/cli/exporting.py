"""``lodestone export``."""

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

import click

from kg.claims.names import is_iri
from kg.dataset.checks.invariants import claim_names
from kg.dataset.exchange import export
from kg.dataset.snapshots import Reader, Snapshot
from kg.dataset.terms import Quad, RdfFormat, serialize
from kg.errors import LodestoneError
from kg.link.exchange.nanopublications import Signer, nanopublication
from kg.link.exchange.prov import provenance
from kg.link.exchange.prov_json import prov_json
from kg.link.exchange.prov_o import prov_o
from kg.link.exchange.sssom import mappings, write_sssom
from ontology.vocab import PREFIXES

Write = Callable[[Snapshot, IO[bytes]], Counter[str]]
"""Writes a version, and gives back what it left out, counted by what it is."""


def run_export(
    store: Path, form: str, output: Path | None, sign_key: Path | None, signer: str | None
) -> None:
    """Write an export to a file, or to standard output; what is left out is said."""
    if (sign_key or signer) and form != "nanopub":
        raise LodestoneError("--sign-key and --signer go with --format nanopub")
    if signer is not None and (sign_key is None or not is_iri(signer)):
        raise LodestoneError("--signer is an IRI, such as an ORCID, and goes with --sign-key")
    write = _nanopublications(Signer.read(sign_key, signer) if sign_key else None)
    snapshot = Reader(store).current()
    write = _WRITERS.get(form, write)
    if output is None:
        left_out = write(snapshot, sys.stdout.buffer)
    else:
        temporary = output.with_name(f".{output.name}.part")
        with temporary.open("wb") as file:
            left_out = write(snapshot, file)
        temporary.replace(output)
    if left_out:
        listed = ", ".join(f"{what} ({number})" for what, number in sorted(left_out.items()))
        click.echo(f"left out, as {form} has no place for it: {listed}", err=True)


def _everything(form: RdfFormat) -> Write:
    def write(snapshot: Snapshot, out: IO[bytes]) -> Counter[str]:
        export(snapshot, out, form)
        return Counter()

    return write


def _nanopublications(signer: Signer | None) -> Write:
    def write(snapshot: Snapshot, out: IO[bytes]) -> Counter[str]:
        left_out = Counter(
            {
                "quads of base data": snapshot.manifest.counts.get("base_default", 0),
                "judgments": sum(1 for _ in snapshot.judgments()),
            }
        )

        def quads() -> Iterator[Quad]:
            for name in claim_names(snapshot):
                try:
                    yield from nanopublication(snapshot, name, signer)
                except LodestoneError:
                    left_out["claims that hold triple terms"] += 1

        serialize(quads(), out, RdfFormat.TRIG, prefixes=PREFIXES)
        return +left_out

    return write


def _prov_o(snapshot: Snapshot, out: IO[bytes]) -> Counter[str]:
    statements = provenance(snapshot, claim_names(snapshot), snapshot.judgments())
    serialize(prov_o(statements), out, RdfFormat.TURTLE, prefixes=PREFIXES)
    return Counter()


def _prov_json(snapshot: Snapshot, out: IO[bytes]) -> Counter[str]:
    prov_json(provenance(snapshot, claim_names(snapshot), snapshot.judgments()), out, snapshot.names.base)
    return Counter()


def _sssom(snapshot: Snapshot, out: IO[bytes]) -> Counter[str]:
    found = mappings(snapshot)
    write_sssom(found, out, snapshot.names, snapshot.iri)
    return found.left_out


_WRITERS: dict[str, Write] = {
    "nq": _everything(RdfFormat.N_QUADS),
    "nquads": _everything(RdfFormat.N_QUADS),
    "trig": _everything(RdfFormat.TRIG),
    "prov-o": _prov_o,
    "prov-json": _prov_json,
    "sssom": _sssom,
}
