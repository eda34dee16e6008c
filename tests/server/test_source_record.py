"""What a source said that was corrected later is told on its page."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from kg.claims.claim import Claim
from kg.dataset.writer import Writer
from server.app import create_app
from server.config import Config
from server.services import services
from tests.server.conftest import Names, license_claim, local
from tests.server.test_browse import page, twin


@pytest.fixture
def corrected(copied: Path, names: Names) -> Iterator[FlaskClient]:
    """A server over the store, in which Ann Reporter's word is corrected by her paper."""
    with Writer(copied) as writer:
        correction = license_claim(
            attribution=[{"kind": "publisher", "name": "Correcting Daily"}],
            roles={"producer": "Another maker", "customer": "Autowerk"},
            corrects=[names.agree],
        )
        writer.add([Claim.model_validate(correction)])
        writer.commit()
    app = create_app(Config(store=copied, workers=1))
    yield app.test_client()
    services(app).workers.close()


def source_of(client: FlaskClient, claim: str) -> str:
    address: str = twin(client, local(claim))["chain"][0]["source"]["href"]
    return address


def test_a_source_tells_what_was_corrected(client: FlaskClient, corrected: FlaskClient, names: Names) -> None:
    ann = source_of(client, names.agree)
    before, after = twin(client, ann), twin(corrected, ann)
    assert record(before)["corrected"] == 0
    assert not before["corrected"]
    assert record(after)["corrected"] == 1
    assert [line["link"]["iri"] for line in after["corrected"]] == [names.agree]
    text = page(corrected, ann)
    section = text.partition('id="corrected"')[2].partition("</section>")[0]
    assert f'href="{local(names.agree)}"' in section
    assert 'id="corrected"' not in page(client, ann)


def test_the_claim_names_its_correction(corrected: FlaskClient, names: Names) -> None:
    told = twin(corrected, local(names.agree))
    [relation] = [r for r in told["relations"] if r["name"] == "is corrected by"]
    [correction] = relation["claims"]
    assert correction["link"]["iri"] in {c["link"]["iri"] for c in told["contradicts"]}
    other = source_of(corrected, correction["link"]["iri"])
    assert record(twin(corrected, other))["corrected"] == 0


def record(told: dict[str, list[dict[str, object]]]) -> dict[object, object]:
    """The numbers of a source's record."""
    return {line["label"]: line["claims"] for line in told["record"]}
