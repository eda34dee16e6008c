"""A table that was matched before a judgment is answered by the names that things go by after it."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from kg.claims.claim import Claim
from kg.dataset.writer import Writer
from kg.identity.judgment import Judgment
from server.app import create_app
from server.config import Config
from server.services import services
from tests.server.reconciliation.asking import LS, best
from tests.server.reconciliation.conftest import claim_of

ONE, TWO = "urn:a-one", "urn:b-two"


@pytest.fixture
def judged(tmp_path: Path) -> Iterator[FlaskClient]:
    """A store in which two names were judged to be one."""
    with Writer(tmp_path / "store") as writer:
        for iri, name, customer in ((ONE, "Fabrika Magnit", "Autowerk AG"), (TWO, "FM Works", "Tesla")):
            record = claim_of({"producer": name, "customer": customer}).model_dump(mode="json")
            record["roles"]["producer"] = {"text": name, "iri": iri}
            writer.add([Claim.model_validate(record)])
        author = {"name": "A. Analyst"}
        told = {
            "left": ONE,
            "right": TWO,
            "verdict": "same",
            "author": author,
            "reason": "one register entry",
        }
        [done] = writer.judge([Judgment.model_validate(told)])
        assert done.problem is None
        writer.commit()
    app = create_app(Config(store=tmp_path / "store", workers=1, timeout=20))
    yield app.test_client()
    services(app).matching.close()
    services(app).workers.close()


def test_both_names_have_the_facts_of_the_one_thing(judged: FlaskClient) -> None:
    ids, columns = (ONE, TWO), (f"{LS}holdsLicenseFor", "ls:holdsLicenseFor")
    asked = {"ids": ids, "properties": [{"id": column} for column in columns]}
    told = judged.post("/reconcile", data={"extend": json.dumps(asked)}).get_json()
    cells = [told["rows"][iri][column] for iri in ids for column in columns]
    assert {value["name"] for value in cells[0]} == {"Autowerk AG", "Tesla"}
    assert cells == [cells[0]] * 4
    assert {meta["name"] for meta in told["meta"]} == {"holds license for"}


def test_both_names_are_found_and_shown(judged: FlaskClient) -> None:
    pages = [judged.get("/reconcile/preview", query_string={"id": iri}).text for iri in (ONE, TWO)]
    assert pages[0] == pages[1]
    assert "0 claims" not in pages[1]
    found = [best(judged, query=iri) for iri in (ONE, TWO)]
    assert found[0] == found[1]
    assert found[0]["id"] == ONE
    prefix = judged.get("/reconcile/suggest/entity", query_string={"prefix": TWO}).get_json()
    assert prefix["result"][0]["id"] == ONE
