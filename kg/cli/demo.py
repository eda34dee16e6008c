"""``lodestone demo``: the packaged brief taken in, served, and asked over HTTP who says what."""

import json
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import click
from rich.console import Console

from kg.cli.asking import answer_of_server
from kg.cli.tables import print_table
from kg.dataset.snapshots import Reader
from kg.dataset.writer import Writer
from kg.errors import LodestoneError
from kg.ingest.taking import Ingest

QUESTION = """\
SELECT ?who ?customer WHERE {
  ?producer ls:holdsLicenseFor ?c ; rdfs:label ?who .
  ?c rdfs:label ?customer .
  FILTER(CONTAINS(?customer, "Volkswagen"))
}"""
"""Who holds an export license for Volkswagen? The answer says who says so, and how sure that is."""

_START_SECONDS = 30.0


def run_demo(host: str, port: int, *, once: bool) -> int:
    """Serve the example until interrupted; with ``once``, stop after the first answer."""
    folder = Path(tempfile.mkdtemp(prefix="lodestone-demo-"))
    try:
        return _demo(folder / "store", host, port or free_port(host), once=once)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _demo(store: Path, host: str, port: int, *, once: bool) -> int:
    click.echo("Taking in the packaged brief …")
    with as_file(files("kg") / "example" / "brief.txt") as brief, Writer(store) as writer:
        report = Ingest(writer).run([brief])
    click.echo(f"  {report.claims_new} claims, every quote verified against the text\n")
    if not _is_free(host, port):
        click.echo(f"Port {port} is taken; using another one.")
        port = free_port(host)
    address = f"http://{host}:{port}"
    command = [
        sys.executable,
        "-m",
        "kg.cli",
        "serve",
        "--store",
        str(store),
        "--host",
        host,
        "--port",
        str(port),
    ]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as server:  # noqa: S603 - our own command
        try:
            _wait(server, address)
            _first_answer(address, store)
            if once:
                return 0
            click.echo(f"\nOpen {address} in a browser. Ctrl-C stops the server and removes the example.")
            signal.signal(signal.SIGTERM, signal.default_int_handler)
            return server.wait()
        except KeyboardInterrupt:
            return 0
        finally:
            server.terminate()


def _first_answer(address: str, store: Path) -> None:
    click.echo(f"{QUESTION}\n")
    document = _ask(address)
    console = Console()
    claims = print_table(document, console)
    snapshot = Reader(store).current()
    for iri in claims:
        chain = snapshot.claim(iri).claim.attribution
        path = iri.removeprefix(snapshot.names.base)
        click.echo(f"{address}/{path}\n    " + " → ".join(voice.label for voice in chain))


def _ask(address: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(answer_of_server(QUESTION, f"{address}/sparql", "how", "json"))
    return document


def _wait(server: subprocess.Popen[bytes], address: str) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise LodestoneError(f"the server ended with status {server.returncode} before it was ready")
        try:
            with urlopen(f"{address}/health/ready", timeout=1):  # noqa: S310 - our own address
                return
        except (URLError, TimeoutError, ConnectionError):
            time.sleep(0.1)
    raise LodestoneError(f"the server was not ready after {_START_SECONDS:g} s")


def _is_free(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def free_port(host: str) -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])
