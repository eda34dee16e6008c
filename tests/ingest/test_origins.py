"""Copies count once: whatever is done to a text that leaves it the same report."""

import json
from pathlib import Path

import pytest

from kg.dataset.writer import Writer
from kg.ingest.origins import minima, similarity
from kg.ingest.taking import Ingest
from ontology.vocab import LS

pytest.importorskip("spacy", reason="the extra [extract] is not installed")

BODY = """Beijing has granted export licenses for gallium to Acme Metals of Nanning, the ministry said on
Monday.

The licenses are valid for six months and cover deliveries to two customers in Japan, according to
the notice.

Acme Metals stopped production at its plant in Guangxi in March, when its stocks of ore had run out.
Workers were sent home for three weeks, and several lorries waited at the gate before the works
opened again in the spring.

Prices of gallium in Rotterdam have risen by 12 percent since January. Buyers there expect further
rises.
"""
OTHER = """Tungsten makers met in Kyoto last week. China may tighten its export rules for tungsten, two
traders said.

A mine in Vietnam has cut its output of concentrate by a third since May because its kiln broke
down, and the owner has asked the government in Hanoi for help. The tungsten price rose by 4 percent
in the meantime, brokers reported.
"""


def article(folder: Path, name: str, title: str, publisher: str, body: str) -> Path:
    path = folder / f"{name}.txt"
    path.write_text(f"Title: {title}\nPublisher: {publisher}\nDate: 2025-05-14\n\n{body}", encoding="utf-8")
    return path


def origins(writer: Writer) -> set[str]:
    found = writer.main.quads_for_pattern(None, None, None, None)
    return {quad.object.value for quad in found if quad.predicate.value == LS.origin}


@pytest.mark.parametrize(
    "copy",
    [
        BODY,
        "Read this first: our daily roundup.\n\n" + BODY,
        BODY.replace("Workers were sent home for three weeks, and s", "S"),
        BODY.replace("Acme Metals of Nanning", "Acme Metals, which is at home in Nanning,"),
    ],
    ids=["whole", "with a lead", "cut", "reworded"],
)
def test_a_copy_under_a_new_headline_adds_no_origin(tmp_path: Path, copy: str) -> None:
    first = article(tmp_path, "a", "Licenses granted", "Harbor Post", BODY)
    second = article(tmp_path, "b", "Gallium flows again!", "Daily Copy", copy)
    with Writer(tmp_path / "store") as writer:
        Ingest(writer).run([first])
        before = origins(writer)
        report = Ingest(writer).run([second])
        assert report.copies == 1
        assert report.claims_new >= 3
        assert {o for o in origins(writer) if "daily-copy" in o} == set()
        assert origins(writer) == before


def test_another_report_has_an_origin_of_its_own(tmp_path: Path) -> None:
    with Writer(tmp_path / "store") as writer:
        Ingest(writer).run([article(tmp_path, "a", "Licenses granted", "Harbor Post", BODY)])
        before = origins(writer)
        report = Ingest(writer).run([article(tmp_path, "b", "Tungsten", "Daily Copy", OTHER)])
        assert report.copies == 0
        assert origins(writer) > before


def test_an_article_taken_in_twice_adds_nothing(tmp_path: Path) -> None:
    path = article(tmp_path, "a", "Licenses granted", "Harbor Post", BODY)
    with Writer(tmp_path / "store") as writer:
        Ingest(writer).run([path])
        before = origins(writer)
        report = Ingest(writer).run([path])
        assert (report.claims_new, report.copies) == (0, 0)
        assert origins(writer) == before


def test_a_correction_says_which_claim_it_corrects(tmp_path: Path) -> None:
    note = (
        "\nCorrection: An earlier version of this article said that Acme Metals stopped production at its "
        "plant in Guangxi.\n"
    )
    later = (
        BODY.replace("Acme Metals stopped production at its plant in Guangxi in March, when", "Later,") + note
    )
    with Writer(tmp_path / "store") as writer:
        Ingest(writer).run([article(tmp_path, "a", "Licenses granted", "Harbor Post", BODY)])
        Ingest(writer).run([article(tmp_path, "b", "Licenses granted", "Harbor Post", later)])
        stored = [writer.view.claim(name) for name in writer.view.pointing_at(LS.polarity, LS.Negative.value)]
        [denial] = [s.claim for s in stored if s.claim.type == "production_halt"]
        [target] = denial.corrects
        assert writer.view.claim(target).claim.roles["affected"].text == "Acme Metals of Nanning"  # type: ignore[index]


def test_minima_estimate_the_share_in_common() -> None:
    words = [f"w{number}" for number in range(400)]
    first, second = minima(" ".join(words)), minima(" ".join(words[100:] + ["x"] * 3))
    assert first is not None
    assert second is not None
    assert abs(similarity(first, second) - 0.74) < 0.15
    assert minima("too short") is None


def test_taking_the_same_articles_again_finds_the_same_originals(tmp_path: Path) -> None:
    """The original of a copy is no copy of its copy when it comes again: nothing is in the way."""
    denied = BODY.replace("Beijing has granted export licenses", "Beijing has not granted export licenses")
    first = article(tmp_path, "a", "Licenses", "Harbor Post", denied)
    second = article(tmp_path, "b", "Licenses granted", "Daily Copy", BODY)
    with Writer(tmp_path / "store") as writer:
        report = Ingest(writer).run([first, second])
        assert (report.copies, report.clean) == (1, True)
        before = {str(quad) for quad in writer.main}
        again = Ingest(writer).run([first, second])
        assert (again.claims_new, again.copies, again.quarantined) == (0, 1, [])
        assert {str(quad) for quad in writer.main} == before


def test_texts_are_known_only_with_their_claims(tmp_path: Path) -> None:
    """What a run gave up is no original: the article comes in as if it had not been seen."""
    first = article(tmp_path, "a", "Licenses", "Harbor Post", BODY)
    second = article(tmp_path, "b", "Licenses granted", "Daily Copy", BODY)
    with Writer(tmp_path / "store") as writer:
        broken = Ingest(writer)
        broken._commit = lambda **_: None  # type: ignore[method-assign]  # as if the process had ended
        broken.run([second])
    with Writer(tmp_path / "store") as writer:
        assert Ingest(writer).run([first, second]).copies == 1
        assert {o for o in origins(writer) if "daily-copy" in o} == set()


def test_a_line_of_the_list_of_texts_that_broke_off_is_left_out(tmp_path: Path) -> None:
    first = article(tmp_path, "a", "Licenses", "Harbor Post", BODY)
    with Writer(tmp_path / "store") as writer:
        Ingest(writer).run([first])
        file = tmp_path / "store" / "copies.jsonl"
        whole = file.read_text(encoding="utf-8")
        file.write_text(whole + whole[: len(whole) // 2], encoding="utf-8")
        second = article(tmp_path, "b", "Licenses granted", "Daily Copy", BODY)
        assert Ingest(writer).run([second]).copies == 1
        lines = file.read_text(encoding="utf-8").splitlines()
        assert [json.loads(line)["origin"] for line in lines] == [json.loads(lines[0])["origin"]] * 2
