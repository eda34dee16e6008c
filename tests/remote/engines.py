"""Two real engines as servers of their own: Oxigraph's, and Virtuoso."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from kg.errors import LodestoneError
from kg.remote import Endpoint

INI = """
[Database]
DatabaseFile = virtuoso.db
ErrorLogFile = virtuoso.log
LockFile = virtuoso.lck
TransactionFile = virtuoso.trx
xa_persistent_file = virtuoso.pxa
[TempDatabase]
DatabaseFile = virtuoso-temp.db
TransactionFile = virtuoso-temp.trx
[Parameters]
ServerPort = 127.0.0.1:{sql}
DisableUnixSocket = 1
ServerThreads = 10
NumberOfBuffers = 10000
DirsAllowed = .
[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerThreads = 6
[SPARQL]
ResultSetMaxRows = 1000000
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def oxigraph(folder: Path) -> Iterator[Endpoint]:
    """Oxigraph's server, from PyPI."""
    program = shutil.which("oxigraph", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    if program is None:
        pytest.skip("oxigraph is not installed: pip install oxigraph")
    port = free_port()
    command = [program, "serve", "--location", folder / "data", "--bind", f"127.0.0.1:{port}"]
    with _running(command, folder):
        url = f"http://127.0.0.1:{port}"
        yield _ready(Endpoint(f"{url}/query", f"{url}/update"))


@contextmanager
def virtuoso(folder: Path) -> Iterator[Endpoint]:
    """Virtuoso, from Debian; everybody on this machine may write to it."""
    program, isql = shutil.which("virtuoso-t"), shutil.which("isql-vt")
    if program is None or isql is None:
        pytest.skip("Virtuoso is not installed: apt-get install virtuoso-opensource-7-bin")
    sql, http = free_port(), free_port()
    (folder / "virtuoso.ini").write_text(INI.format(sql=sql, http=http), encoding="utf-8")
    with _running([program, "-f", "+configfile", "virtuoso.ini"], folder):
        url = f"http://127.0.0.1:{http}/sparql"
        endpoint = _ready(Endpoint(url, url))
        allow = 'exec=GRANT SPARQL_UPDATE TO "SPARQL";'
        subprocess.run([isql, f"127.0.0.1:{sql}", "dba", "dba", allow], check=True, capture_output=True)
        yield endpoint


@contextmanager
def _running(command: list[object], folder: Path) -> Iterator[None]:
    with (folder / "output").open("wb") as output:
        process = subprocess.Popen(
            list(map(str, command)), cwd=folder, stdout=output, stderr=output, start_new_session=True
        )
    try:
        yield
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _ready(endpoint: Endpoint) -> Endpoint:
    last: Exception | None = None
    for _ in range(30):
        try:
            assert endpoint.quirks.name in ("oxigraph", "virtuoso")
        except LodestoneError as error:
            last = error
            time.sleep(0.2)
        else:
            return endpoint
    raise AssertionError(f"{endpoint.query_url} does not come up") from last


ENGINES = {"oxigraph": oxigraph, "virtuoso": virtuoso}
