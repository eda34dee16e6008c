"""Things are called what documents, facts or the reference data that ship call them."""

from pathlib import Path

from kg.claims.claim import Claim
from kg.dataset.snapshots import Reader
from kg.dataset.terms import Statement, iri
from kg.dataset.upkeep.reference import replace_reference
from kg.dataset.writer import Writer
from ontology.vocab import RDFS
from server.naming import Namer
from server.views.entity import entity_page
from tests.server.conftest import license_claim

LABEL = iri(RDFS + "label")


def test_reference_data_are_called_by_their_names(tmp_path: Path) -> None:
    place = "https://sws.geonames.org/1/"
    with Writer(tmp_path / "store") as writer:
        firm = f"{writer.names.reference}/organization/works"
        named = [(firm, '"Werk"@de'), (firm, '"Works"@en'), (firm, '"A works"'), (place, '"Städtchen"@de')]
        replace_reference(writer, [Statement(iri(of), LABEL, text) for of, text in named])
        writer.commit()
    namer = Namer(Reader(tmp_path / "store").current())
    assert namer.label(firm) == "Works"
    assert namer.iri_view(firm).text == "Works"
    assert namer.iri_view(place).text == "Städtchen"
    assert namer.iri_view(f"{firm}-2").text == "reference/organization/works-2"
    assert namer.iri_view("https://sws.geonames.org/2/").text == "https://sws.geonames.org/2/"


def test_a_participant_of_another_name_than_the_web_s_is_called_what_facts_call_it(tmp_path: Path) -> None:
    roles = {"producer": {"text": "Werk Nord", "iri": "urn:firm:1"}, "customer": "Autowerk"}
    with Writer(tmp_path / "store") as writer:
        writer.add([Claim.model_validate(license_claim(roles=roles))])
        writer.commit()
    snapshot = Reader(tmp_path / "store").current()
    shown = Namer(snapshot).iri_view("urn:firm:1")
    assert (shown.text, shown.href, shown.title) == ("Werk Nord", "/entity?iri=urn%3Afirm%3A1", "urn:firm:1")
    unknown = Namer(snapshot).iri_view("javascript:alert(1)")
    assert (unknown.text, unknown.href) == ("javascript:alert(1)", None)


def test_a_fact_tells_when_it_was_said_apart_from_its_date(tmp_path: Path) -> None:
    roles = {"producer": {"text": "Werk Nord", "iri": "urn:firm:1"}, "customer": "Autowerk"}
    when = {"edtf": "2025-04-21/2025-04-30"}
    with Writer(tmp_path / "store") as writer:
        for day, outlet in (("2025-05-14", "Early Daily"), ("2025-06-02", "Late Daily")):
            voices = [{"kind": "publisher", "name": outlet}]
            writer.add(
                [Claim.model_validate(license_claim(roles=roles, when=when, said=day, attribution=voices))]
            )
        writer.commit()
    page = entity_page(Reader(tmp_path / "store").current(), "urn:firm:1")
    [fact] = [fact for group in page.facts for fact in group.facts]
    assert (fact.first_said, fact.last_said) == ("2025-05-14", "2025-06-02")
    assert (fact.first, fact.last) == ("2025-04-21", "2025-04-21")
