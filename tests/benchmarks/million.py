"""A million quads in 200,000 named graphs, each graph a claim: the data of the benchmarks."""

import random
from pathlib import Path

CLAIMS = 200_000
FIRMS = 20_000
_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_DATE = "http://www.w3.org/2001/XMLSchema#date"


def write_quads(path: Path, claims: int = CLAIMS, seed: int = 1) -> int:
    """Write the data as N-Quads; gives back how many quads. The same seed gives the same data."""
    rng = random.Random(seed)  # noqa: S311 - data, no secret
    with path.open("w", encoding="utf-8") as out:
        for number in range(claims):
            graph = f"<http://example.org/claim/{number:08d}>"
            event = f"<http://example.org/event/{number:08d}>"
            producer, customer = (f"<http://example.org/firm/{rng.randrange(FIRMS)}>" for _ in range(2))
            day = f'"2025-{1 + number % 12:02d}-{1 + number % 28:02d}"^^<{_DATE}>'
            for s, p, o in (
                (event, f"<{_TYPE}>", "<http://example.org/Grant>"),
                (event, "<http://example.org/producer>", producer),
                (event, "<http://example.org/customer>", customer),
                (event, "<http://example.org/day>", day),
                (producer, "<http://example.org/holdsLicenseFor>", customer),
            ):
                out.write(f"{s} {p} {o} {graph} .\n")
    return claims * 5


def small_query(firm: int) -> str:
    """Whom one firm holds licenses for, and since when."""
    return f"""
        SELECT ?customer ?day WHERE {{
          <http://example.org/firm/{firm}> <http://example.org/holdsLicenseFor> ?customer .
          ?event <http://example.org/producer> <http://example.org/firm/{firm}> ;
                 <http://example.org/customer> ?customer ; <http://example.org/day> ?day .
        }}"""
