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

from kg.cli.compact_command import compact
from kg.cli.follow_command import follow
from kg.cli.judge_command import judge
from kg.cli.link_command import link
from kg.cli.options import STORE, WAIT, engine_options
from kg.cli.query_command import query
from kg.cli.review_command import review
from kg.cli.token_command import token
from kg.errors import LodestoneError

_EXTRAS = {
    "dask": "cluster",
    "distributed": "cluster",
    "mcp": "mcp",
    "mcp_types": "mcp",
    "Crypto": "exchange",
}
"""Which extra installs a package, where it is not the one for articles."""


class _Commands(click.Group):
    """Turns errors that a user can mend into one line and exit status 2."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except LodestoneError as error:
            _fail(str(error))
        except ModuleNotFoundError as error:
            extra = _EXTRAS.get((error.name or "").partition(".")[0], "extract")
            install = f"pip install 'lodestone-kg[{extra}]'"
            _fail(f"this needs an extra that is not installed ({error.name}): {install}")
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
@click.option(
    "--cluster",
    metavar="ADDRESS",
    help="Read the articles on a Dask cluster: local:N (N workers here) or tcp://HOST:PORT.",
)
@click.option(
    "--work",
    type=click.Path(path_type=Path, file_okay=False),
    help="With --cluster: a folder that keeps what was read, so that it is not read again.",
)
@click.option(
    "--shards",
    type=click.Path(path_type=Path, file_okay=False),
    help="With --cluster: make a folder of sorted N-Quads of the articles, instead of taking them in.",
)
@click.option(
    "--memory",
    type=click.IntRange(min=400),
    metavar="MB",
    help="What a bulk load of RDF may take, about (default 1200); more is faster on large files.",
)
@click.option("--quiet", "-q", is_flag=True, help="No progress.")
@engine_options
def ingest(
    paths: tuple[str, ...],
    store: Path,
    document_file: Path | None,
    base: str | None,
    wait: float,
    quiet: bool,
    allow: tuple[str, ...],
    extractor: str | None,
    cluster: str | None,
    work: Path | None,
    shards: Path | None,
    memory: int | None,
    endpoint: str | None,
    update_endpoint: str | None,
) -> None:
    """Take in articles (.txt .md .html), feeds, claims (.json .jsonl .csv .yaml), RDF and mappings (.tsv).

    Packed ones (.gz) too. A load of RDF that was broken off goes on when the same command is given again.

    A PATH may be a URL, if its host is on the list (--allow).
    """
    from kg.cli.clustering import Cluster, run_shards
    from kg.cli.engines import engine_of
    from kg.cli.ingesting import run_ingest

    chosen = Cluster(cluster, work) if cluster is not None else None
    if chosen is None and (work or shards):
        raise click.UsageError("--work and --shards go with --cluster")
    if chosen is not None and shards is not None:
        if endpoint or document_file:
            raise click.UsageError(
                "shards are made first, and taken in then: leave --endpoint and --document"
            )
        sys.exit(run_shards(paths, shards, chosen, store=store, base=base, extractor=extractor, quiet=quiet))

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
            engine=engine_of(endpoint, update_endpoint, base),
            cluster=chosen,
            memory=memory,
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


class _Serve(click.Command):
    """Takes its options from the server's table of settings, which is imported when it is used."""

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        from kg.cli.serving import options

        return [*options(), *super().get_params(ctx)]


@main.command(cls=_Serve)
def serve(**flags: object) -> None:
    """Serve the SPARQL endpoint and the pages."""
    from kg.cli.serving import run_serve

    run_serve(flags)


@main.command()
@STORE
@click.option("--timeout", type=float, help="Seconds that a query may take.")
def mcp(store: Path, timeout: float | None) -> None:
    """Serve a store to an assistant, read-only, by the Model Context Protocol on stdin and stdout."""
    from kg.cli.serving import run_mcp

    run_mcp(store, timeout)


@main.command()
@click.argument("claim")
@STORE
@click.option("--reason", required=True, help="Why it is taken back.")
@click.option("--by", required=True, help="Who takes it back.")
@click.option("--wait", default=10.0, show_default=True, help="Seconds to wait for another writer.")
@engine_options
def retract(
    claim: str,
    store: Path,
    reason: str,
    by: str,
    wait: float,
    endpoint: str | None,
    update_endpoint: str | None,
) -> None:
    """Take a claim back, by its IRI. It stays readable, with the reason."""
    from kg.cli.engines import engine_of
    from kg.cli.ingesting import run_retract

    engine = engine_of(endpoint, update_endpoint)
    sys.exit(run_retract(claim, store, reason=reason, by=by, wait=wait, engine=engine))


@main.command()
@click.argument("triple")
@STORE
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def explain(triple: str, store: Path, form: str) -> None:
    """Tell why a TRIPLE is a fact: rules and premises, down to the claims.

    It is written as in Turtle: 'ls:a ls:locatedIn <http://example.org/b>'.
    """
    from kg.cli.explaining import run_explain

    sys.exit(run_explain(triple, store, form))


@main.command()
@STORE
@click.option("--rebuild", is_flag=True, help="Make the default graph anew from what it follows from.")
@click.option("--shapes/--no-shapes", default=True, show_default=True, help="Check the record with SHACL.")
@click.option("--owl/--no-owl", default=True, show_default=True, help="Check consistency with HermiT.")
@click.option("--quiet", "-q", is_flag=True, help="No progress bar.")
@click.option("--endpoint", metavar="URL", help="The SPARQL engine that holds the store.")
def check(store: Path, rebuild: bool, shapes: bool, owl: bool, quiet: bool, endpoint: str | None) -> None:
    """Prove that everything that must hold of a store does."""
    from kg.cli.checking import run_check
    from kg.cli.engines import engine_of

    engine = engine_of(endpoint, None)
    sys.exit(run_check(store, rebuild=rebuild, shapes=shapes, owl=owl, quiet=quiet, engine=engine))


@main.command()
@STORE
@click.option(
    "--format",
    "form",
    type=click.Choice(["nq", "nquads", "trig", "nanopub", "prov-o", "prov-json", "sssom"]),
    default="nq",
    show_default=True,
    help="nq, nquads, trig: everything that `ingest` takes back; the others are for other programs.",
)
@click.option(
    "--output", "-o", type=click.Path(path_type=Path), help="File to write (default: standard output)."
)
@click.option(
    "--sign-key",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="RSA key that nanopublications are signed with.",
)
@click.option("--signer", metavar="IRI", help="Whose key it is (an ORCID).")
def export(store: Path, form: str, output: Path | None, sign_key: Path | None, signer: str | None) -> None:
    """Write what the store holds: all of it, its nanopublications, its provenance or its mappings."""
    from kg.cli.exporting import run_export

    run_export(store, form, output, sign_key, signer)


_FOLDER = click.Path(path_type=Path, file_okay=False)


@main.command()
@click.argument("target", type=_FOLDER)
@STORE
def backup(target: Path, store: Path) -> None:
    """Copy the published version of a store to a new folder, while others read and write it."""
    from kg.cli.keeping import run_backup

    sys.exit(run_backup(store, target))


@main.command()
@click.argument("backup", type=_FOLDER)
@STORE
@click.option("--shapes/--no-shapes", default=True, show_default=True, help="Check the record with SHACL.")
@click.option("--owl/--no-owl", default=True, show_default=True, help="Check consistency with HermiT.")
@click.option("--quiet", "-q", is_flag=True, help="No progress bar.")
def restore(backup: Path, store: Path, shapes: bool, owl: bool, quiet: bool) -> None:
    """Make a store of a backup, once every file and every invariant was checked.

    What `check` finds besides (SHACL, OWL) is told, and the exit status is 1 then.
    """
    from kg.cli.keeping import run_restore

    sys.exit(run_restore(backup, store, shapes=shapes, owl=owl, quiet=quiet))


@main.command()
@STORE
@click.option("--quiet", "-q", is_flag=True, help="No progress.")
def upgrade(store: Path, quiet: bool) -> None:
    """Bring a store of an older format up to the present one; broken off, it goes on when it is run again."""
    from kg.cli.keeping import run_upgrade

    sys.exit(run_upgrade(store, quiet=quiet))


@main.command()
@click.argument("document")
@STORE
@click.option("--reason", required=True, help="Why it is taken out; the tombstone says so.")
@WAIT
def purge(document: str, store: Path, reason: str, wait: float) -> None:
    """Take a document and all claims of it out for good, by its IRI or id. A tombstone stays."""
    from kg.cli.keeping import run_purge

    sys.exit(run_purge(document, store, reason=reason, wait=wait))


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535))
@click.option("--once", is_flag=True, help="Stop after the first answer instead of serving on.")
def demo(host: str, port: int, once: bool) -> None:
    """Take the packaged example in, serve it, and print a first answer with who says so."""
    from kg.cli.demo import run_demo

    sys.exit(run_demo(host, port, once=once))


main.add_command(follow)
main.add_command(compact)
main.add_command(judge)
main.add_command(link)
main.add_command(query)
main.add_command(review)
main.add_command(token)
