"""The cluster itself: workers of this machine, or the scheduler of many.

Dask: a task lost with its worker is run elsewhere without a word from us, a worker that dies is
started again, and nothing reports outside.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import dask
from distributed import Client, LocalCluster

from kg.errors import LodestoneError
from kg.ingest.cluster.results import Reader
from kg.ingest.cluster.tasks import reader_of

_CONNECT_SECONDS = 10.0
_CALM = {
    "distributed.worker.profile.enabled": False,  # looks at what runs a hundred times a second
    "distributed.admin.tick.interval": "500ms",  # asks fifty times a second whether a loop still turns
    "distributed.admin.system-monitor.interval": "5s",
    "distributed.admin.system-monitor.gil.enabled": False,
    "distributed.worker.memory.monitor-interval": "500ms",  # asks ten times a second, of each worker twice
    "distributed.scheduler.active-memory-manager.start": False,  # tasks here give results of a few KB
}
"""What Dask does beside the work, for a dashboard that nobody looks at."""

_SCHEMES = ("tcp://", "tls://", "ws://", "wss://")
WORKERS_SECONDS = 60.0
"""How long to wait for a first worker, and for another one when all are gone."""


@contextmanager
def connected(address: str) -> Iterator[Client]:
    """A cluster by its address: ``local:N`` starts N workers here, ``tcp://HOST:PORT`` is a scheduler's.

    Raises ``LodestoneError`` if there is none.
    """
    if address.startswith("local:"):
        count = address.removeprefix("local:")
        if not count.isdecimal() or not int(count):
            raise LodestoneError(f"{address}: name the number of workers: local:2")
        with _local(int(count)) as cluster, Client(cluster) as client:
            yield client
        return
    if not address.startswith(_SCHEMES):
        raise LodestoneError(
            f"{address}: the address of a cluster is local:N, or that of a Dask scheduler: tcp://HOST:8786"
        )
    try:
        client = Client(address, timeout=_CONNECT_SECONDS)
    except (OSError, ValueError, TypeError) as error:
        raise LodestoneError(f"there is no Dask scheduler at {address}: {error}") from error
    with client:
        yield client


def _local(workers: int) -> LocalCluster:
    with dask.config.set(_CALM):
        return LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",
            silence_logs=logging.CRITICAL,
        )


def warmed(client: Client, extractor: str | None) -> Reader:
    """Load the model on each worker there is, and tell who reads there.

    Raises ``LodestoneError`` if there is no worker, one lacks something, or they are not all of one kind.
    """
    try:
        client.wait_for_workers(1, timeout=WORKERS_SECONDS)
    except TimeoutError as error:
        raise LodestoneError(
            f"the cluster has no workers after {WORKERS_SECONDS:g} s: start some with `dask worker ADDRESS`"
        ) from error
    try:
        found: dict[str, Reader] = client.run(reader_of, extractor)
    except ModuleNotFoundError as error:
        raise LodestoneError(
            f"a worker lacks {error.name}: install lodestone-kg[extract,cluster] on each of them, "
            "in the version that is here"
        ) from error
    if len(set(found.values())) > 1:
        told = "; ".join(f"{worker}: {reader}" for worker, reader in sorted(found.items()))
        raise LodestoneError(f"the workers are not of one kind, and would read differently: {told}")
    return next(iter(found.values()))
