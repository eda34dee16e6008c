"""``lodestone link --service``: a table matched with the reconciliation service of a server of our own."""

import csv
from pathlib import Path

from click.testing import CliRunner

from kg.cli import main
from kg.dataset.writer import Writer
from tests.cli.test_link import GRANTS, granted
from tests.server.running import start, stop


def test_a_table_is_matched_by_a_service_as_by_the_store(tmp_path: Path) -> None:
    store = tmp_path / "store"
    with Writer(store) as writer:
        writer.add(granted(*grant) for grant in GRANTS)
        writer.commit()
    table = tmp_path / "suppliers.csv"
    table.write_text("name\nvolkswagen group\njl mag\nAcme Widgets\n", encoding="utf-8")
    reports = {}
    server = start(store, tmp_path)
    try:
        for name, more in (
            ("store", ("--kind", "party")),
            ("service", ("--service", f"{server.address}reconcile")),
        ):
            out = tmp_path / f"{name}.csv"
            args = ["link", table, "--store", store, "--report", out, *more]
            done = CliRunner().invoke(main, list(map(str, args)))
            assert done.exit_code == 0, done.output
            with out.open(encoding="utf-8-sig", newline="") as file:
                reports[name] = list(csv.DictReader(file))
    finally:
        stop(server)
    for own, asked in zip(reports["store"][:2], reports["service"][:2], strict=True):
        assert (own["decision"], own["match_iri"]) == (asked["decision"], asked["match_iri"])
    assert [row["match_name"] for row in reports["service"][:2]] == ["Volkswagen Group", "JL MAG"]
    assert reports["store"][2]["decision"] == "none"
    assert reports["service"][2]["decision"] != "match"
