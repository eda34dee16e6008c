"""Candidates, names and identifiers from data in Wikidata's own model, of a real SPARQL server."""

from pathlib import Path

import pytest

from kg.link.entity import Described, Entity, Kind
from kg.link.external.cache import AnswerCache
from kg.link.external.client import Endpoint, Manners
from kg.link.external.model import WIKIDATA, plain_model
from kg.link.external.proposing import find, link_claim, linker, statements
from kg.link.external.questions import by_identifiers, by_names, described, entity_of, spellings

WD = "http://www.wikidata.org/entity/"
QUICK = Manners(pause=0)


@pytest.fixture
def endpoint(wikidata: str, tmp_path: Path) -> Endpoint:
    return Endpoint(wikidata, AnswerCache(tmp_path / "cache"), manners=QUICK)


def ours(name: str, kind: Kind | None = "party", **identifiers: str) -> Entity:
    held = {scheme.replace("_", "-"): frozenset((value,)) for scheme, value in identifiers.items()}
    return Entity(f"https://ours.example/{name.replace(' ', '-')}", Described((name,), kind, (), held))


@pytest.mark.parametrize(
    ("name", "items"),
    [
        ("Volkswagen", {"Q246", "Q156578"}),
        ("Volkswagen AG", {"Q246", "Q156578"}),
        ("大众汽车集团", {"Q156578"}),
        ("路透社", {"Q130879"}),
        ("Peking", {"Q956"}),
        ("Elon Musk", {"Q317521"}),
        ("Nobody of that name", set()),
        ('odd "name" \\ } SERVICE', set()),
    ],
)
def test_names_in_several_languages_are_found(endpoint: Endpoint, name: str, items: set[str]) -> None:
    assert set(by_names(endpoint, WIKIDATA, [name])[name]) == {WD + item for item in items}


def test_a_name_is_asked_for_without_its_legal_form_too() -> None:
    assert spellings("Volkswagen AG") == ("Volkswagen AG", "Volkswagen")
    assert spellings("Tesla,  Inc.") == ("Tesla, Inc.", "Tesla")
    assert spellings("Reuters") == ("Reuters",)


def test_identifiers_are_found_by_statements_that_stand(endpoint: Endpoint) -> None:
    wanted = [
        ("lei", "54930043XZGB27CTOV49"),
        ("lei", "529900LODESTONEOLD02"),  # deprecated
        ("lei", "549300LODESTONE00027"),  # ended
        ("geonames", "1814991"),  # of China, and, deprecated, of Beijing
        ("iso3166-2", "CN-BJ"),
        ("cas", "7429-91-6"),  # not asked for
    ]
    assert by_identifiers(endpoint, WIKIDATA, wanted) == {
        ("lei", "54930043XZGB27CTOV49"): (f"{WD}Q478214",),
        ("geonames", "1814991"): (f"{WD}Q148",),
        ("iso3166-2", "CN-BJ"): (f"{WD}Q956",),
    }


def test_what_is_said_of_an_item(endpoint: Endpoint) -> None:
    found = described(endpoint, WIKIDATA, [f"{WD}Q478214", f"{WD}Q246", f"{WD}Q956", f"{WD}Q1"])
    tesla = found[f"{WD}Q478214"]
    assert next(iter(tesla.names)) == ("Tesla, Inc.", "en")
    assert ("特斯拉公司", "zh") in tesla.names
    assert tesla.description == "American maker of cars"
    assert set(tesla.identifiers) == {("lei", "54930043XZGB27CTOV49")}
    assert set(tesla.places) == {"United States"}
    entity = entity_of(tesla, WIKIDATA)
    assert entity is not None
    assert entity.described.kind == "party"
    assert entity.described.identifiers["wikidata"] == {"Q478214"}
    brand, beijing = entity_of(found[f"{WD}Q246"], WIKIDATA), entity_of(found[f"{WD}Q956"], WIKIDATA)
    assert (brand and brand.described.kind, beijing and beijing.described.kind) == ("other", "place")
    assert entity_of(found[f"{WD}Q1"], WIKIDATA) is None


def test_links_are_found_and_scored(endpoint: Endpoint) -> None:
    asked = [
        ours("Volkswagen AG"),
        ours("Tesla", lei="54930043XZGB27CTOV49"),
        ours("Beijing", "place"),
        ours("Reuters"),
        ours("Fabrika Magnit"),
        ours("Autowerk"),
        ours("a magnet producer in Baotou"),
        ours("dysprosium", "product"),
    ]
    found = find(endpoint, WIKIDATA, asked)
    links = {link.entity.name: link for link in found.links}
    items = {name: link.candidate.iri.removeprefix(WD) for name, link in links.items()}
    assert items["Volkswagen AG"] == "Q156578", "the firm, and not the make of cars"
    assert items["Tesla"] == "Q478214"
    assert items["Beijing"] == "Q956"
    assert items["Reuters"] == "Q130879"
    assert links["Tesla"].candidate.match
    assert links["Tesla"].candidate.features["identifier"] == "lei same"
    assert not links["Fabrika Magnit"].candidate.match, "two bear the name"
    assert {e.name for e in found.unlinked} == {"Autowerk", "a magnet producer in Baotou"}
    assert found.unanswered == []


def test_another_identifier_keeps_apart(endpoint: Endpoint) -> None:
    found = find(endpoint, WIKIDATA, [ours("Tesla", lei="529900NNUPAGGOMPXZ31")])
    assert all(link.candidate.iri != f"{WD}Q478214" for link in found.links)


def test_a_link_is_a_claim_that_says_why(endpoint: Endpoint) -> None:
    [link] = find(endpoint, WIKIDATA, [ours("Tesla", lei="54930043XZGB27CTOV49")]).links
    claim = link_claim(link, WIKIDATA, linker("1"))
    assert claim.triples == (
        f"<https://ours.example/Tesla> <http://www.w3.org/2004/02/skos/core#exactMatch> <{WD}Q478214> .",
    )
    assert claim.status == "proposed"
    assert claim.document.title == "Wikidata"
    assert "identifier: lei same" in (claim.assessment.reason or "")
    assert claim.agent is not None
    assert claim.agent.name == "lodestone link"


def test_what_is_linked_gets_names_and_identifiers(endpoint: Endpoint) -> None:
    tesla, beijing = ours("Tesla"), ours("Beijing", "place")
    found = find(endpoint, WIKIDATA, [tesla, beijing], {tesla.iri: f"{WD}Q478214", beijing.iri: f"{WD}Q956"})
    assert found.links == []
    said = [c.triples[0] for e, item in found.known for c in statements(e, item, WIKIDATA, linker("1"))]
    assert any('lei> "54930043XZGB27CTOV49"' in triple for triple in said)
    assert any("<https://sws.geonames.org/1816670/>" in triple for triple in said)
    assert any('isoCode> "CN-BJ"' in triple for triple in said)
    assert any('altLabel> "北京市"@zh' in triple for triple in said)
    assert not any('"Tesla"@' in triple for triple in said), "a name that is known already"
    assert not any("LODESTONE" in triple or "1814991" in triple for triple in said), "what is deprecated"


def test_an_identifier_that_cannot_be_one_is_left_out(endpoint: Endpoint) -> None:
    firm = ours("Fabrika Magnit")
    [(_, item)] = find(endpoint, WIKIDATA, [firm], {firm.iri: f"{WD}Q90000001"}).known
    assert set(item.identifiers) == {("lei", "549300LODESTONE00099")}, "its check digits are wrong"
    assert list(statements(firm, item, WIKIDATA, linker("1"))) == []


def test_any_endpoint_with_names_can_be_asked(endpoint: Endpoint, wikidata: str) -> None:
    model = plain_model(wikidata)
    found = find(endpoint, model, [ours("Reuters")])
    [link] = found.links
    assert link.candidate.iri == f"{WD}Q130879"
    claim = link_claim(link, model, linker("1"))
    assert (claim.document.title, claim.document.url) == (wikidata, wikidata)
