"""Workers are killed while clients ask: every client is answered, and the workers come back."""

import json
import os
import random
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.server.conftest import Names
from tests.server.running import Server, start, stop
from tests.server.test_stream import workers_of

KILLS = 12


@pytest.fixture(scope="module")
def server(store: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = start(store, tmp_path_factory.mktemp("killed"), cache=0)
    yield server
    stop(server)


def test_nobody_notices_that_workers_are_killed(server: Server, names: Names) -> None:
    stopped = threading.Event()
    statuses: list[int] = []

    def client(number: int) -> None:
        rounds = 0
        while not stopped.is_set():
            query = f"SELECT * {{ ?holder ls:holdsLicenseFor ?customer FILTER({number} < {rounds + 100}) }}"
            status, _, body = server.ask(query)
            statuses.append(status)
            if status == 200:
                assert len(json.loads(body)["results"]["bindings"]) == 1
            rounds += 1

    rng = random.Random(3)  # noqa: S311 - moments, no secret
    with ThreadPoolExecutor(4) as threads:
        clients = [threads.submit(client, number) for number in range(4)]
        try:
            for _ in range(KILLS):
                time.sleep(rng.uniform(0.1, 0.4))
                os.kill(rng.choice(workers_of(server)), signal.SIGKILL)
            time.sleep(0.5)
        finally:
            stopped.set()
        for done in clients:
            done.result()
    assert len(statuses) > KILLS
    refused = [status for status in statuses if status != 200]
    assert set(refused) <= {503}  # one that was killed twice
    assert len(refused) <= 2
    assert len(workers_of(server)) == 3
