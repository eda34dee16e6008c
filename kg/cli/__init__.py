"""The command ``lodestone``.

Exit status: 0 done (an ASK that is false and an empty answer too), 1 done but something
was quarantined or found wrong, 2 not done.
"""

import os
import sys
import traceback
from pathlib import Path
from typing import NoReturn

import click

from kg.errors import LodestoneError

STORE = click.option(
    "--store",
    type=click.Path(path_type=Path),
    envvar="LODESTONE_STORE",
    default=Path("lodestone-store"),
    show_default=True,
    help="Folder of the store (or $LODESTONE_STORE).",
)


class _Commands(click.Group):
    """Turns errors that a user can mend into one line and exit status 2."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except LodestoneError as error:
            _fail(str(error))
        except ModuleNotFoundError as error:
            extra = "pip install 'lodestone-kg[extract]'"
            _fail(f"this needs an extra that is not installed ({error.name}): {extra}")
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(2)
        except OSError as error:
            _fail(f"{error.strerror or error}: {error.filename or ''}".rstrip(": "))
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception:  # noqa: BLE001 - a bug: show it, and keep the promise of the exit status
            traceback.print_exc()
            _fail("this is a bug, please report it with the lines above")


def _fail(message: str) -> NoReturn:
    click.echo(f"lodestone: {message}", err=True)
    sys.exit(2)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="lodestone-kg", prog_name="lodestone")
def main() -> None:
    """Claims about export controls on critical minerals, and answers that say who says so."""


@main.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@STORE
@click.option(
    "--document",
    "document_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Text that the claims of record files are quoted from, where they name no document.",
)
@click.option("--base", help="Base IRI of a store that is made by this command.")
@click.option("--wait", default=10.0, show_default=True, help="Seconds to wait for another writer.")
@click.option(
    "--allow",
    multiple=True,
    metavar="HOST",
    envvar="LODESTONE_ALLOW",
    help="A host that articles may be fetched from (repeatable; .example.org for those below it too).",
)
@click.option(
    "--extractor",
    metavar="NAME",
    help="Another extractor than the shipped rules (see `lodestone extract -h`).",
)
@click.option("--quiet", "-q", is_flag=True, help="No progress bar.")
def ingest(
    paths: tuple[str, ...],
    store: Path,
    document_file: Path | None,
    base: str | None,
    wait: float,
    quiet: bool,
    allow: tuple[str, ...],
    extractor: str | None,
) -> None:
    """Take in articles (.txt .md .html), feeds, claims (.json .jsonl .csv .yaml) and RDF.

    A PATH may be a URL, if its host is on the list (--allow).
    """
    from kg.cli.ingesting import run_ingest

    sys.exit(
        run_ingest(
            paths,
            store,
            document_file=document_file,
            base=base,
            wait=wait,
            quiet=quiet,
            allow=allow,
            extractor=extractor,
        )
    )


@main.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--format", "form", type=click.Choice(["json", "jsonl"]), default="json", show_default=True)
@click.option(
    "--extractor", metavar="NAME", help="spacy (the shipped rules, default), llm, or one installed."
)
def extract(file: Path, form: str, extractor: str | None) -> None:
    """Print the claims that an article makes, without taking them in.

    The extractor llm asks a chat endpoint: LODESTONE_LLM_URL, LODESTONE_LLM_MODEL, LODESTONE_LLM_KEY.
    """
    from kg.cli.ingesting import print_records, run_extract

    print_records(run_extract(file, extractor), form)


@main.command()
@STORE
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535))
@click.option("--public", is_flag=True, help="Allow a host that others can reach.")
@click.option("--timeout", default=30.0, show_default=True, help="Most seconds that a query may take.")
def serve(store: Path, host: str, port: int, public: bool, timeout: float) -> None:
    """Serve the SPARQL endpoint and the pages."""
    from server import serve as run
    from server.config import Config

    run(Config(store=store, host=host, port=port, public=public, timeout=timeout))


@main.command()
@click.argument("query")
@STORE
@click.option("--endpoint", metavar="URL", help="Ask a Lodestone server instead of a store.")
@click.option("--provenance", type=click.Choice(["how", "none"]), default="how", show_default=True)
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json", "xml", "csv", "tsv", "ttl", "trig", "nt", "nq", "jsonld", "rdf"]),
    default="table",
    show_default=True,
)
def query(query: str, store: Path, endpoint: str | None, provenance: str, form: str) -> None:
    """Ask a SPARQL query: its text, or the name of a file that ends in .rq."""
    from kg.cli.asking import ask

    sys.exit(ask(query, store, endpoint=endpoint, provenance=provenance, form=form))


@main.command()
@click.argument("claim")
@STORE
@click.option("--reason", required=True, help="Why it is taken back.")
@click.option("--by", required=True, help="Who takes it back.")
@click.option("--wait", default=10.0, show_default=True, help="Seconds to wait for another writer.")
def retract(claim: str, store: Path, reason: str, by: str, wait: float) -> None:
    """Take a claim back, by its IRI. It stays readable, with the reason."""
    from kg.cli.ingesting import run_retract

    sys.exit(run_retract(claim, store, reason=reason, by=by, wait=wait))


WAIT = click.option("--wait", default=10.0, show_default=True, help="Seconds to wait for another writer.")
REVIEWER = click.option("--by", required=True, help="Who reviews.")


@main.group(invoke_without_command=True)
@STORE
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1), help="Most claims to list.")
@click.pass_context
def review(context: click.Context, store: Path, limit: int) -> None:
    """List the claims that nobody has reviewed; or accept, edit, reject some."""
    if context.invoked_subcommand is None:
        from kg.cli.reviewing import run_list

        sys.exit(run_list(store, limit))


@review.command()
@click.argument("claims", nargs=-1, required=True, metavar="CLAIM...")
@STORE
@REVIEWER
@WAIT
def accept(claims: tuple[str, ...], store: Path, by: str, wait: float) -> None:
    """Take claims over as the reviewer's own; they supersede the program's."""
    from kg.cli.reviewing import run_accept

    sys.exit(run_accept(claims, store, by=by, wait=wait))


@review.command()
@click.argument("claim")
@click.argument("changes", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@STORE
@REVIEWER
@WAIT
def edit(claim: str, changes: Path, store: Path, by: str, wait: float) -> None:
    """Say a claim otherwise: CHANGES is a JSON file with the members as they should be."""
    from kg.cli.reviewing import run_edit

    sys.exit(run_edit(claim, store, changes, by=by, wait=wait))


@review.command()
@click.argument("claims", nargs=-1, required=True, metavar="CLAIM...")
@STORE
@REVIEWER
@click.option("--reason", required=True, help="Why.")
@WAIT
def reject(claims: tuple[str, ...], store: Path, by: str, reason: str, wait: float) -> None:
    """Take claims out, with the reason. They stay readable."""
    from kg.cli.reviewing import run_reject

    sys.exit(run_reject(claims, store, by=by, reason=reason, wait=wait))


@main.command()
@STORE
@click.option("--rebuild", is_flag=True, help="Make the default graph anew from what it follows from.")
@click.option("--shapes/--no-shapes", default=True, show_default=True, help="Check the record with SHACL.")
@click.option("--owl/--no-owl", default=True, show_default=True, help="Check consistency with HermiT.")
@click.option("--quiet", "-q", is_flag=True, help="No progress bar.")
def check(store: Path, rebuild: bool, shapes: bool, owl: bool, quiet: bool) -> None:
    """Prove that everything that must hold of a store does."""
    from kg.cli.checking import run_check

    sys.exit(run_check(store, rebuild=rebuild, shapes=shapes, owl=owl, quiet=quiet))


@main.command()
@STORE
@click.option("--format", "form", type=click.Choice(["nq", "trig"]), default="nq", show_default=True)
@click.option(
    "--output", "-o", type=click.Path(path_type=Path), help="File to write (default: standard output)."
)
def export(store: Path, form: str, output: Path | None) -> None:
    """Write all claims, inactive ones too, and base data as RDF that `ingest` takes back."""
    from kg.cli.ingesting import run_export

    run_export(store, form, output)


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535))
@click.option("--once", is_flag=True, help="Stop after the first answer instead of serving on.")
def demo(host: str, port: int, once: bool) -> None:
    """Take the packaged example in, serve it, and print a first answer with who says so."""
    from kg.cli.demo import run_demo

    sys.exit(run_demo(host, port, once=once))
