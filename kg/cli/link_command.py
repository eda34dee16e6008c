"""The command ``lodestone link`` and its options; what it does is imported when it is used."""

import sys
from pathlib import Path
from typing import Any

import click

from kg.cli.options import STORE, WAIT

_PARTS = ("entities", "events", "reference")


@click.command()
@click.argument(
    "table", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="[CSV]"
)
@STORE
@click.option(
    "--only", "parts", multiple=True, type=click.Choice(_PARTS), help="Link just these (repeatable)."
)
@click.option("--propose-only", is_flag=True, help="Accept nothing by itself, however sure.")
@click.option("--reference", is_flag=True, help="Put the reference data into their graph, and no more.")
@click.option("--column", metavar="NAME", help="CSV: the column of names.")
@click.option(
    "--kind",
    metavar="KIND",
    help="CSV: what they name: party (the default for suppliers), place, product, measure, or a class.",
)
@click.option(
    "--property",
    "properties",
    multiple=True,
    metavar="NAME=COLUMN",
    help="CSV: a column that tells more: place, country, lei, ticker, wikidata … (repeatable).",
)
@click.option("--encoding", help="CSV: its encoding.  [default: UTF-8, or what its byte order mark says]")
@click.option("--delimiter", help="CSV: what stands between the values.  [default: read off the header]")
@click.option("--service", metavar="URL", help="CSV: match with this reconciliation service, not the store.")
@click.option(
    "--report", type=click.Path(path_type=Path, dir_okay=False), help="CSV: write the report to this file."
)
@click.option(
    "--limit", default=5, show_default=True, type=click.IntRange(1, 50), help="CSV: candidates a row."
)
@click.option("--accept", is_flag=True, help="CSV: write what matches to the store, as claims.")
@click.option("--by", help="CSV: who decided, where the file is a report with decisions.")
@click.option("--wikidata", is_flag=True, help="Ask Wikidata which of its items the store's entities may be.")
@click.option("--endpoint-url", metavar="URL", help="Ask this SPARQL endpoint instead of Wikidata's.")
@click.option(
    "--model",
    type=click.Choice(["wikidata", "rdf"]),
    help="Endpoint: its data are written as Wikidata's, or with RDFS, SKOS, schema.org.  [default: wikidata]",
)
@click.option(
    "--entity", "only", multiple=True, metavar="IRI", help="Endpoint: ask about this entity (repeatable)."
)
@click.option("--most", type=click.IntRange(1), help="Most pairs (1000), or entities to ask about (500).")
@click.option("--offline", is_flag=True, help="Endpoint: ask nobody, answer from the cache.")
@click.option(
    "--cache",
    type=click.Path(path_type=Path, file_okay=False),
    help="Endpoint: folder for what was answered (default: the folder outside in the store).",
)
@click.option(
    "--fresh",
    default=30.0,
    show_default=True,
    type=click.FloatRange(0),
    help="Endpoint: days for which it is not asked again.",
)
@click.option(
    "--pause",
    default=1.0,
    show_default=True,
    type=click.FloatRange(0),
    help="Endpoint: seconds between two questions.",
)
@click.option("--contact", help="Endpoint: your address, for the one who runs it.")
@click.option("--dry-run", is_flag=True, help="Write nothing, only tell.")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
@WAIT
def link(table: Path | None, store: Path, wikidata: bool, endpoint_url: str | None, **given: Any) -> None:
    """Say what is one, and link to what others publish.

    Without more: which entities and events of the store are one (judgments, accepted where that is
    sure), and which countries, places, firms and materials of the reference data they are (claims).
    With a CSV file: which entities its rows are, as a report. With --wikidata or --endpoint-url: which
    items there, as proposals. What is not sure waits for review.
    """
    if table is not None:
        sys.exit(_table(table, store, given))
    if wikidata or endpoint_url is not None:
        sys.exit(_outside(store, endpoint_url, given))
    sys.exit(_within(store, given))


def _table(table: Path, store: Path, given: dict[str, Any]) -> int:
    from kg.cli.suppliers import Wanted, run_suppliers

    wanted = Wanted(
        column=given["column"],
        kind=given["kind"],
        properties=given["properties"],
        encoding=given["encoding"],
        delimiter=given["delimiter"],
        limit=given["limit"],
        service=given["service"],
        report=given["report"],
        accept=given["accept"] and not given["dry_run"],
        by=given["by"],
    )
    return run_suppliers(table, store, wanted, form=given["form"], wait=given["wait"])


def _within(store: Path, given: dict[str, Any]) -> int:
    from kg.cli.linking import Within, run_reference, run_within

    if given["accept"] or given["service"] or given["report"]:
        raise click.UsageError("--accept, --service and --report go with a CSV file")
    if given["reference"]:
        return run_reference(store, given["wait"])
    parts = given["parts"] or _PARTS
    what = Within(
        entities="entities" in parts,
        events="events" in parts,
        reference="reference" in parts,
        accept=not given["propose_only"],
        dry=given["dry_run"],
        most=given["most"] or 1000,
    )
    return run_within(store, what, form=given["form"], wait=given["wait"])


def _outside(store: Path, endpoint_url: str | None, given: dict[str, Any]) -> int:
    from kg.cli.outside import WIKIDATA_ENDPOINT, Asked, run_outside

    asked = Asked(
        endpoint=endpoint_url or WIKIDATA_ENDPOINT,
        model=given["model"] or "wikidata",
        cache=given["cache"],
        offline=given["offline"],
        contact=given["contact"],
        only=given["only"],
        most=given["most"] or 500,
        pause=given["pause"],
        fresh=given["fresh"],
    )
    return run_outside(store, asked, dry=given["dry_run"], form=given["form"], wait=given["wait"])
