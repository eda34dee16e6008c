"""The command ``lodestone query``, as it is told; ``kg.cli.asking`` does it."""

import sys
from pathlib import Path

import click

from kg.cli.options import STORE


@click.command()
@click.argument("query")
@STORE
@click.option(
    "--endpoint", metavar="URL", help="Ask a Lodestone server, or the engine that holds a store, instead."
)
@click.option(
    "--provenance",
    type=click.Choice(["how", "none"]),
    show_default="how; RDF is annotated where it is asked for",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json", "xml", "csv", "tsv", "ttl", "trig", "nt", "nq", "jsonld", "rdf"]),
    default="table",
    show_default=True,
)
@click.option("--min-confidence", metavar="P", help="Believe claims of at least this probability.")
@click.option("--min-origins", metavar="N", help="Believe facts that so many independent origins state.")
@click.option(
    "--without", multiple=True, metavar="IRI", help="Do not believe a claim, document, origin or source."
)
@click.option("--known-at", metavar="TIME", help="Ask what was known then.")
@click.option("--valid-at", metavar="DATE", help="Ask what held that day.")
@click.option("--what-if", is_flag=True, help="Show what the policy changes, instead of the answer.")
@click.option("--from", "from_", metavar="VERSION", help="With --what-if: the version before.")
@click.option("--to", metavar="VERSION", help="With --what-if: the version after.")
@click.option("--explain", is_flag=True, help="Show how the query is evaluated, instead of the answer.")
@click.option(
    "--outbound",
    multiple=True,
    metavar="URL",
    envvar="LODESTONE_OUTBOUND",
    help="An endpoint that SERVICE may ask (repeatable). A server has a list of its own.",
)
def query(
    query: str,
    store: Path,
    endpoint: str | None,
    provenance: str | None,
    form: str,
    what_if: bool,
    explain: bool,
    from_: str | None,
    outbound: tuple[str, ...],
    **policy: str | tuple[str, ...] | None,
) -> None:
    """Ask a SPARQL query: its text, or the name of a file that ends in .rq."""
    from kg.cli.asking import ask, explain_plan

    given = {name.replace("_", "-"): value for name, value in {**policy, "from": from_}.items() if value}
    if not what_if and {"from", "to"} & set(given):
        raise click.UsageError("--from and --to go with --what-if")
    parameters = {name: (value,) if isinstance(value, str) else value for name, value in given.items()}
    if explain:
        sys.exit(explain_plan(query, store, endpoint, form, parameters))
    sys.exit(
        ask(
            query,
            store,
            endpoint=endpoint,
            provenance=provenance,
            form=form,
            parameters=parameters,
            what_if=what_if,
            outbound=outbound,
        )
    )
