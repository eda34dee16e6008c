from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kg.claims.claim import Claim
from kg.dataset.snapshots import Reader, Snapshot
from kg.dataset.writer import Writer

REUTERS = {"kind": "organization", "name": "Reuters"}


def grant(producer: str, customer: str, **changes: Any) -> Claim:
    """A claim that a producer was granted a license for a customer."""
    return Claim.model_validate(
        {
            "type": "license_granted",
            "roles": {"producer": producer, "customer": customer},
            "document": {"title": changes.pop("title", "A brief")},
            "attribution": changes.pop("attribution", [REUTERS]),
            "status": "accepted",
            **changes,
        }
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def writer(path: Path) -> Iterator[Writer]:
    with Writer(path) as writer:
        yield writer


def published(writer: Writer) -> Snapshot:
    """Commit, and open what was published."""
    writer.commit()
    return Reader(writer.layout.root).current()


def holders(snapshot: Snapshot) -> set[tuple[str, str]]:
    """Who holds a license for whom, by label."""
    rows = snapshot.query(
        "SELECT ?p ?c { ?producer ls:holdsLicenseFor ?x ; rdfs:label ?p . ?x rdfs:label ?c }"
    )
    return {(row["p"].value, row["c"].value) for row in rows}
