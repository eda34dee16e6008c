"""A server that is written to, and a client with a token for each scope."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from kg.dataset.checks.invariants import check_dataset
from kg.dataset.snapshots import Reader
from server.app import create_app
from server.audit import FILE
from server.config import Config
from server.gate.tokens import Scope, Tokens
from server.services import services

TURTLE = "text/turtle"
UPDATE = "application/sparql-update"
TRIPLE = "<urn:a> <urn:p> 1 ."
MASTER = "the administrator's own"


class Clients:
    """One server, and a header for each scope."""

    def __init__(self, app: Flask, store: Path) -> None:
        self.app, self.store = app, store
        self.client: FlaskClient = app.test_client()
        self.tokens = {scope: Tokens(store).make(f"{scope} desk", scope) for scope in Scope}

    def send(self, method: str, path: str, scope: Scope | None = Scope.ADMIN, **options: Any) -> TestResponse:
        headers = dict(options.pop("headers", {}))
        if scope is not None:
            headers["Authorization"] = f"Bearer {self.tokens[scope]}"
        return self.client.open(path, method=method, headers=headers, **options)

    def ask(self, pattern: str) -> bool:
        found = self.client.get("/sparql", query_string={"query": f"ASK {{ {pattern} }}", "format": "json"})
        return bool(json.loads(found.data)["boolean"])

    def log(self) -> list[dict[str, Any]]:
        file = self.store / FILE
        return (
            [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
            if file.exists()
            else []
        )


@pytest.fixture(scope="module")
def server(store: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clients]:
    copy = shutil.copytree(store, tmp_path_factory.mktemp("writing") / "store")
    app = create_app(
        Config(store=copy, workers=1, write_wait=1.0, body=100_000, upload=200_000, token=MASTER)
    )
    yield Clients(app, copy)
    services(app).workers.close()
    services(app).writing.close()
    assert list(check_dataset(Reader(copy).current())) == []
