"""What is found, by which words and facets."""

from pathlib import Path

import pytest

from kg.claims.claim import Claim
from kg.dataset.snapshots import Reader
from kg.dataset.text.search import Ask, Sort, TextIndex
from kg.dataset.text.words import allowed_typos, places, resembles, words
from kg.dataset.writer import Writer

CLAIMS = {
    "vw": {
        "type": "license_granted",
        "roles": {"producer": "Fabrika Magnit", "customer": "Volkswagen", "place": "Baotou"},
        "quote": {"exact": "Fabrika Magnit obtained a license for Volkswagen in late April"},
        "when": {"edtf": "2025-04-21/2025-04-30"},
        "attribution": [{"kind": "organization", "name": "Reuters"}],
        "assessment": {"reliability": "A", "credibility": 1},
    },
    "chinese": {
        "type": "restriction_imposed",
        "roles": {"authority": "商务部", "product": "稀土磁铁"},
        "quote": {"exact": "商务部会同海关总署发布对稀土磁铁实施出口管制的公告"},
        "attribution": [{"kind": "publisher", "name": "新华社"}],
        "said": "2025-04-04",
        "polarity": "negative",
    },
    "accents": {
        "type": "no_comment",
        "roles": {"speaker": "Société Générale des Métaux"},
        "attribution": [{"kind": "publisher", "name": "Żółty Dziennik"}],
        "modality": "hedged",
        "status": "proposed",
    },
}


def _claim(record: dict[str, object]) -> Claim:
    return Claim.model_validate({"status": "accepted", "document": {"title": "A report"}, **record})


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> tuple[TextIndex, dict[str, str]]:
    path = tmp_path_factory.mktemp("text") / "store"
    with Writer(path) as writer:
        added = writer.add(_claim(record) for record in CLAIMS.values())
        writer.commit()
    index = Reader(path).current().text
    assert index is not None
    return index, {one.iri: name for one, name in zip(added, CLAIMS, strict=True)}


Store = tuple[TextIndex, dict[str, str]]


def found(store: Store, **asked: object) -> set[str]:
    index, names = store
    result = index.claims(Ask(**asked))  # type: ignore[arg-type]
    assert result.total == len(result.claims)
    return {names[iri] for iri in result.claims}


@pytest.mark.parametrize(
    ("text", "which"),
    [
        ("volkswagen", {"vw"}),
        ("VOLKSWAGEN baotou", {"vw"}),
        ("volkswagen beijing", set()),
        ("volkswagn", {"vw"}),
        ("vokslwagen", {"vw"}),
        ("volks", {"vw"}),
        ("fabrica", {"vw"}),
        ("late april", {"vw"}),
        ('"late april"', {"vw"}),
        ('"april late"', set()),
        ("稀土", {"chinese"}),
        ("土稀", set()),
        ("出口管制", {"chinese"}),
        ("出口管理", {"chinese"}),
        ("商务部 公告", {"chinese"}),
        ("新华社", {"chinese"}),
        ("societe generale", {"accents"}),
        ("MÉTAUX", {"accents"}),
        ("zolty", {"accents"}),
        ("report", {"vw", "chinese", "accents"}),
        ("", {"vw", "chinese", "accents"}),
        ('"', set()),
        ("?!", set()),
        ("body:volkswagen", set()),
        ("* OR a", set()),
        ("x" * 300, set()),
    ],
)
def test_words(store: Store, text: str, which: set[str]) -> None:
    assert found(store, text=text) == which


@pytest.mark.parametrize(
    ("asked", "which"),
    [
        ({"chosen": {"type": ("license_granted", "no_comment")}}, {"vw", "accents"}),
        ({"chosen": {"state": ("active",)}}, {"vw", "chinese"}),
        ({"chosen": {"polarity": ("negative",)}}, {"chinese"}),
        ({"chosen": {"polarity": ("negative",), "type": ("license_granted",)}}, set()),
        ({"since": "2025-04-10"}, {"vw"}),
        ({"until": "2025-04-10"}, {"chinese"}),
        ({"since": "2025-04-04", "until": "2025-04-21"}, {"vw", "chinese"}),
        ({"least": 0.9}, {"vw"}),
        ({"most": 0.9}, {"chinese", "accents"}),
        ({"chosen": {"support": ("one",)}}, {"vw", "chinese"}),
        ({"text": "report", "chosen": {"status": ("proposed",)}}, {"accents"}),
    ],
)
def test_filters(store: Store, asked: dict[str, object], which: set[str]) -> None:
    assert found(store, **asked) == which


def test_order_and_pages(store: Store) -> None:
    index, names = store
    surest = index.claims(Ask(sort=Sort.SUREST)).claims
    assert names[surest[0]] == "vw"
    assert index.claims(Ask(sort=Sort.LEAST_SURE)).claims[-1] == surest[0]
    assert [names[i] for i in index.claims(Ask(sort=Sort.LATEST, since="2025-01-01")).claims] == [
        "vw",
        "chinese",
    ]
    parts = [index.claims(Ask(sort=Sort.SUREST, offset=n, limit=1)).claims for n in range(4)]
    assert sum(parts, ()) == surest


def test_a_facet_counts_what_another_choice_would_give(store: Store) -> None:
    index, _ = store
    ask = Ask(chosen={"type": ("license_granted",)})
    told = index.facets(ask, ("type", "state", "modality"))
    assert {c.value: c.claims for c in told["type"]} == {
        "license_granted": 1,
        "restriction_imposed": 1,
        "no_comment": 1,
    }
    assert {c.value: c.claims for c in told["state"]} == {"active": 1}
    assert sum(index.bands(Ask(), (0.0, 0.5, 1.0))) == 3


def test_names(store: Store) -> None:
    index, _ = store
    assert {(hit.text, hit.role) for hit in index.names("volkswagne")} == {("Volkswagen", "customer")}
    assert {hit.role for hit in index.names("", role="producer")} == {"producer"}
    assert [hit.role for hit in index.names("磁铁")] == ["product"]


@pytest.mark.parametrize(
    ("word", "other", "typos", "same"),
    [
        ("magnet", "magnets", 1, True),
        ("magnet", "mangets", 1, False),
        ("magnet", "mangets", 2, True),
        ("magnet", "mangnet", 1, True),
        ("abcd", "abdc", 1, True),
        ("abcd", "badc", 1, False),
        ("abc", "abd", 0, False),
    ],
)
def test_resemblance(word: str, other: str, typos: int, same: bool) -> None:
    assert resembles(word, other, typos) is same


def test_words_stand_where_they_are_said_to() -> None:
    text = "Żółw's 稀土 magnets, 2025"
    assert [(text[p.start : p.end], p.word) for p in places(text)] == [
        ("Żółw", "zolw"),
        ("s", "s"),
        ("稀", "稀"),
        ("土", "土"),
        ("magnets", "magnets"),
        ("2025", "2025"),
    ]
    assert [p.word for p in places(text)] == words(text)
    assert allowed_typos("2025") == allowed_typos("土") == allowed_typos("abc") == 0


def test_a_version_is_searched_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "store"
    with Writer(path) as writer:
        writer.add([_claim(CLAIMS["vw"])])
        writer.commit()
        older = Reader(path).current()
        writer.add([_claim(CLAIMS["chinese"])])
        writer.commit()
    newer = Reader(path).current()
    assert older.text is not None
    assert newer.text is not None
    assert older.text.held() == 1
    assert newer.text.held() == 2
