"""The reference data that ships: right by what can be checked, whole in a store, and one in answers."""

import re
from pathlib import Path

import pycountry
import pytest
from stdnum import casrn, lei

from kg.claims.names import Names
from kg.dataset.checks.invariants import check_dataset
from kg.dataset.exchange import export_quads
from kg.dataset.snapshots import Reader
from kg.dataset.terms import Quad, node
from kg.dataset.upkeep.reference import replace_reference
from kg.dataset.upkeep.reference_graph import found_hash, stored_hash
from kg.dataset.writer import Writer
from kg.link.reference.gazetteer import Where, cities, readings, where
from kg.link.reference.graph import country_ids, reference_statements
from kg.link.reference.items import datasets, items
from kg.provenance.circuit import Op
from kg.query import query

GEONAMES = {
    "Beijing": 1816670,
    "Baotou": 2038432,
    "Wolfsburg": 2806654,
    "Ningbo": 1799397,
    "Ganzhou": 1810638,
    "Hefei": 1808722,
}


def test_ids_that_were_checked_by_hand_are_those_of_the_packages() -> None:
    assert {code: country_ids()[code] for code in ("CN", "DE", "VN", "US")} == {
        "CN": 1814991,
        "DE": 2921044,
        "VN": 1562822,
        "US": 6252001,
    }
    for name, geonames in GEONAMES.items():
        found = where(name)
        assert found is not None
        assert found.city == geonames
    assert {pycountry.subdivisions.get(code=code).name for code in ("CN-BJ", "CN-AH", "CN-NM")} == {
        "Beijing Shi",
        "Anhui Sheng",
        "Nei Mongol Zizhiqu",
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("China", Where("CN")),
        ("中国", Where("CN")),
        ("People's Republic of China", Where("CN")),
        ("Inner Mongolia", Where("CN", "CN-NM")),
        ("内蒙古自治区", Where("CN", "CN-NM")),
        ("Jiangxi Province", Where("CN", "CN-JX")),
        ("包頭市", Where("CN", None, 2038432)),
        ("Hefei, China", Where("CN", None, 1808722)),
        ("Deutschland", Where("DE")),
        ("Georgia", None),
        ("Cambridge", None),
        ("Jilin", None),
        ("New York", None),
        ("Toledo, Spain", None),
        ("Suzhou", None),
        ("Asia", None),
        ("North", None),
        ("Europe", None),
        ("Wolong", None),
        ("Nowhere at All", None),
        ("", None),
    ],
)
def test_a_place_is_what_its_name_can_only_mean(text: str, expected: Where | None) -> None:
    assert where(text) == expected


def test_what_can_be_several_places_is_told_with_all_of_them() -> None:
    assert {r.where.country for r in readings("Georgia")} == {"GE", "US"}
    assert not any(r.sure for r in readings("Georgia"))


def test_every_identifier_is_well_formed_and_says_where_it_is_from() -> None:
    found = [identifier for item in items() for identifier in item.identifiers]
    assert len(found) > 30
    assert all(identifier.source for identifier in found)
    assert all(lei.is_valid(i.value) for i in found if i.scheme == "lei")
    assert all(casrn.is_valid(i.value) for i in found if i.scheme == "cas")
    values = [(i.scheme, i.value) for i in found]
    assert len(values) == len(set(values)), "one identifier names one thing"


def test_every_material_has_a_heading_that_is_listed() -> None:
    headings = {item.key for item in items() if item.dataset == "headings"}
    materials = [item for item in items() if item.dataset == "materials"]
    assert all(item.hs and set(item.hs) <= headings for item in materials)
    told = {item.key: item.hs for item in materials}
    assert (told["dysprosium"], told["dysprosium-oxide"]) == (("280530",), ("284690",))


def test_every_data_set_says_where_it_is_from_and_every_key_leads_somewhere() -> None:
    keys = {(item.dataset, item.key) for item in items()}
    assert len(keys) == len(items())
    for dataset in datasets():
        assert dataset.source
        assert dataset.license.startswith("https://")
    for item in items():
        assert all(("materials", key) in keys for key in (*item.made_of, *item.covers))
        assert item.suspended is None or ("measures", item.suspended.by) in keys
        assert item.broader is None or ("headings", item.broader) in keys
        assert item.country is None or item.country in country_ids()
        assert item.place is None or where(item.place) is not None


def test_group_brand_and_legal_entity_are_three() -> None:
    volkswagen = {item.key: item for item in items() if item.key.startswith("volkswagen")}
    ids = {key: {i.value for i in item.identifiers} for key, item in volkswagen.items()}
    assert ids == {
        "volkswagen-group": {"Q156578"},
        "volkswagen-brand": {"Q246"},
        "volkswagen-ag": {"529900NNUPAGGOMPXZ31"},
    }


def test_the_graph_is_put_in_whole_seen_by_check_and_one_in_answers(tmp_path: Path) -> None:
    few = [
        s
        for s in reference_statements(Names())
        if "/reference/" in s.subject and "subdivision" not in s.subject
    ]
    with Writer(tmp_path / "store") as writer:
        assert replace_reference(writer, [*few, *few])
        writer.commit()
        assert not replace_reference(writer, few), "the same again is no change"
        assert writer.is_empty()
    snapshot = Reader(tmp_path / "store").current()
    assert list(check_dataset(snapshot)) == []
    answer = query(
        snapshot,
        "SELECT ?m { GRAPH <https://w3id.org/lodestone/reference> "
        "{ ?m a ls:Announcement ; ls:covers ?x ; ls:inForceFrom ?from . ?x ls:chemicalSymbol 'Dy' "
        "FILTER(?from <= '2025-05-01'^^xsd:date) } }",
    )
    assert answer.provenance is not None
    [row] = answer.provenance.rows
    assert row.node is not None
    assert answer.provenance.circuit[row.node].op is Op.ONE
    assert row.confidence == 1
    assert not any("/reference" in str(quad.graph_name) for quad in export_quads(snapshot))


def test_all_of_it_is_kept_as_it_is_put_in(tmp_path: Path) -> None:
    with Writer(tmp_path / "store") as writer:
        replace_reference(writer, list(reference_statements(writer.names))[:2000])
        writer.commit()
        replace_reference(writer, reference_statements(writer.names))
        assert found_hash(writer.view) == stored_hash(writer.view)
        writer.commit()
    assert list(check_dataset(Reader(tmp_path / "store").current())) == [], (
        "what follows from it is there, too"
    )


def test_the_query_of_the_docs_tells_what_is_in_force(tmp_path: Path) -> None:
    text = (Path(__file__).parents[2] / "server/docs/linking.md").read_text(encoding="utf-8")
    [asked] = re.findall(r"^```sparql\n(.*?)^```$", text, re.M | re.S)
    measures = [
        s for s in reference_statements(Names()) if "/reference/" in s.subject and "/sub" not in s.subject
    ]
    with Writer(tmp_path / "store") as writer:
        replace_reference(writer, measures)
        writer.commit()
    rows = query(Reader(tmp_path / "store").current(), asked).rows
    assert [[str(term) for term in row] for row in rows] == [
        [
            "<https://w3id.org/lodestone/reference/measure/cn-2025-18>",
            '"2025-04-04"^^<http://www.w3.org/2001/XMLSchema#date>',
        ]
    ]


def test_a_change_of_the_graph_is_found(tmp_path: Path) -> None:
    few = list(reference_statements(Names()))[:20]
    with Writer(tmp_path / "store") as writer:
        replace_reference(writer, few)
        writer.commit()
        replace_reference(writer, few[:10])
        writer.commit()
        graph = node(writer.names.reference)
        assert len(list(writer.main.quads_for_pattern(None, None, None, graph))) == 11
        writer.touch()
        writer.main.add(Quad(node("urn:x"), node("urn:p"), node("urn:wrong"), graph))
        writer.commit()
    [finding] = check_dataset(Reader(tmp_path / "store").current())
    assert finding.invariant == "reference data are as they were put in"


def test_cities_are_those_of_the_package() -> None:
    assert len(cities()) > 30_000
    assert all(len(city.country) == 2 for city in cities())
