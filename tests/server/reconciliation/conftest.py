"""A store with firms, some linked to the outside, served; and the schemas of the API."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from flask import Flask
from referencing import Registry, Resource

from kg.claims.claim import Claim
from kg.dataset.writer import Writer
from ontology.vocab import XSD
from server.app import create_app
from server.config import Config
from server.services import services

LS = "https://w3id.org/lodestone/ontology#"
WD = "http://www.wikidata.org/entity/"


def claim_of(roles: dict[str, str], *triples: str) -> Claim:
    return Claim.model_validate(
        {
            "type": "license_granted" if roles else "other",
            "roles": roles,
            "triples": list(triples),
            "document": {"title": "A brief", "publisher": "Example Wire", "published": "2025-05-20"},
            "attribution": [{"kind": "publisher", "name": "Example Wire"}],
            "status": "accepted",
        }
    )


@pytest.fixture(scope="session")
def linked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with firms, some of them linked to the outside."""
    path = tmp_path_factory.mktemp("reconcile") / "store"
    with Writer(path) as writer:
        writer.add(
            [
                claim_of({"producer": "Fabrika Magnit", "customer": "Autowerk AG", "place": "Baotou"}),
                claim_of({"producer": "Baotou Tianhe Magnetics Technology Co., Ltd.", "customer": "Tesla"}),
                claim_of({"producer": "<script>alert(1)</script> Ltd", "customer": "Autowerk AG"}),
            ]
        )
        tesla = f"<{writer.names.base}entity/{_local(writer, 'Tesla')}>"
        writer.add(
            [
                claim_of({}, f'{tesla} <{LS}lei> "54930043XZGB27CTOV49" .'),
                claim_of({}, f"{tesla} <http://www.w3.org/2004/02/skos/core#exactMatch> <{WD}Q478214> ."),
                claim_of({}, f'{tesla} <https://a.example/staff> "7"^^<{XSD}integer> .'),
                claim_of(
                    {},
                    f'{tesla} <https://a.example/day> "2025-05-14"^^<{XSD}date> .',
                ),
                claim_of(
                    {},
                    f'{tesla} <https://a.example/share> "0.5"^^<{XSD}decimal> .',
                ),
            ]
        )
        writer.commit()
    return path


def _local(writer: Writer, name: str) -> str:
    found = writer.view.main.query(
        f'SELECT ?e {{ GRAPH ?g {{ ?e <http://www.w3.org/2000/01/rdf-schema#label> "{name}" }} }}'
    )
    return next(iter(found))["e"].value.rpartition("/")[2]  # type: ignore[union-attr, index]


@pytest.fixture(scope="session")
def app(linked: Path) -> Iterator[Flask]:
    app = create_app(Config(store=linked, workers=1, timeout=20))
    yield app
    services(app).matching.close()
    services(app).workers.close()


Validate = Callable[[str, Any], None]


@pytest.fixture(scope="session")
def spec(shared: Path) -> Path:
    folder = shared / "reconciliation" / "0.2"
    if not folder.is_dir():
        pytest.skip("the schemas of the Reconciliation API are not in the shared folder")
    return folder


@pytest.fixture(scope="session")
def valid(spec: Path) -> Validate:
    """Holds a message to the schema of that name."""
    schemas = {f.stem: json.loads(f.read_text(encoding="utf-8")) for f in (spec / "schemas").glob("*.json")}
    drafts = jsonschema.Draft7Validator
    for schema in schemas.values():
        schema["$schema"] = drafts.META_SCHEMA["$schema"]
    resources = [(s["$id"], Resource.from_contents(s)) for s in schemas.values()]
    registry: Registry[Any] = Registry().with_resources(resources)

    def check(name: str, message: Any) -> None:
        drafts(schemas[name], registry=registry).validate(message)

    return check
