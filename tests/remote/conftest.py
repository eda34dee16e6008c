"""An engine of each kind for the tests of one module, and stores of their own on it."""

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from kg.dataset.files import Layout, Settings
from kg.remote import Endpoint, RemoteSource, RemoteWriter
from tests.remote.engines import ENGINES

_NUMBERS = count(1)


@pytest.fixture(scope="session", params=ENGINES)
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Endpoint]:
    with ENGINES[request.param](tmp_path_factory.mktemp(request.param)) as endpoint:
        yield endpoint


class Far:
    """A store of its own on an engine, told from others by its base IRI."""

    def __init__(self, endpoint: Endpoint, folder: Path) -> None:
        self.endpoint, self.folder = endpoint, folder
        self.base = f"http://far.example/{next(_NUMBERS)}/"

    def writer(self, wait: float = 10.0, endpoint: Endpoint | None = None) -> RemoteWriter:
        settings = Settings(store_id="far", base=self.base)
        return RemoteWriter(endpoint or self.endpoint, self.folder, wait=wait, settings=settings)

    def source(self) -> RemoteSource:
        return RemoteSource(self.endpoint, Layout(self.folder), base=self.base)


@pytest.fixture
def far(engine: Endpoint, tmp_path: Path) -> Far:
    return Far(engine, tmp_path / "beside")


Make = Callable[[], Far]
