"""A server as a process of its own, for tests that ask it as clients do."""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SERVE = """
import json
import sys
from pathlib import Path
from server import serve
from server.config import Config
if __name__ == "__main__":
    settings = {"workers": 2, "timeout": 30.0, "memory": 2**28, **json.loads(sys.argv[3])}
    serve(Config(store=Path(sys.argv[1]), port=int(sys.argv[2]), **settings))
"""
ROOT = Path(__file__).parent.parent.parent


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class Server:
    process: "subprocess.Popen[str]"
    address: str

    def get(self, path: str, **headers: str) -> tuple[int, Any, bytes]:
        return self._open(urllib.request.Request(self.address + path, headers=headers))  # noqa: S310

    @staticmethod
    def _open(request: urllib.request.Request) -> tuple[int, Any, bytes]:
        try:
            with urllib.request.urlopen(request, timeout=60) as response:  # noqa: S310 - our own server
                return response.status, response.headers, response.read()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers, error.read()

    def post(self, path: str, body: bytes, **headers: str) -> tuple[int, Any, bytes]:
        return self._open(urllib.request.Request(self.address + path, body, headers))  # noqa: S310

    def ask(self, query: str, **parameters: str) -> tuple[int, Any, bytes]:
        return self.get("sparql?" + urllib.parse.urlencode({"query": query, **parameters}))


def start(store: Path, folder: Path, *, program: str = SERVE, **settings: object) -> Server:
    """A server with some settings, when it says that it is ready."""
    script = folder / "serve.py"
    script.write_text(program, encoding="utf-8")
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, script, store, str(port), json.dumps(settings)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        start_new_session=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == f"Lodestone serves {store} at http://127.0.0.1:{port}/\n"
    return Server(process, f"http://127.0.0.1:{port}/")


def stop(server: Server, sent: signal.Signals = signal.SIGTERM) -> int:
    """Tell a server to stop; gives back its exit status."""
    server.process.send_signal(sent)
    try:
        server.process.communicate(timeout=60)
    finally:
        server.process.kill()
        server.process.communicate()
    return server.process.returncode
