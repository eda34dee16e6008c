"""Which sites' scripts may read answers."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from server.config import Config
from server.errors import ConfigError
from tests.server.running import Server, start, stop

HERE, THERE = "https://analyst.example", "https://elsewhere.example"


def allowed(server: Server, path: str, origin: str) -> str | None:
    _, headers, _ = server.get(path, Origin=origin)
    return headers.get("Access-Control-Allow-Origin")


@pytest.fixture(scope="module")
def server(store: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = start(store, tmp_path_factory.mktemp("cors"), cors=[HERE])
    yield server
    stop(server)


@pytest.mark.parametrize("path", ["sparql?query=ASK%7B%7D", "claims"])
def test_only_sites_that_are_named_may_read(server: Server, path: str) -> None:
    for _ in range(2):  # the second time it is a kept answer
        assert allowed(server, path, HERE) == HERE
        assert allowed(server, path, THERE) is None


def test_what_is_no_origin_is_refused() -> None:
    for odd in ("example.org", "https://example.org/path", "null"):
        with pytest.raises(ConfigError, match="cors"):
            Config(cors=(odd,))
