"""Serving: granian in front, one process with threads for the pages, killable ones for the queries."""

import socket
import sys
import threading
import time
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from granian import Granian
from granian.constants import Interfaces
from granian.errors import FatalError

from kg.dataset.files import Layout
from kg.errors import LodestoneError
from server.config import Config
from server.errors import ConfigError, ServerFailed
from server.workers import Workers

if TYPE_CHECKING:
    from flask import Flask

THREADS = 64
"""Requests in hand at once; those that wait for a worker hold a thread each."""

STOP_AFTER = 10
"""Seconds that requests in hand get to finish when the server stops."""


def address(config: Config) -> str:
    """Where the server is found."""
    host = f"[{config.host}]" if ":" in config.host else config.host
    return f"http://{host}:{config.port}/"


def check_port(config: Config) -> None:
    """Raise ``ConfigError`` if the address cannot be had: another server may hold it."""
    family = socket.AF_INET6 if ":" in config.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((config.host, config.port))
        except OSError as error:
            raise ConfigError(
                f"{address(config)} cannot be served ({error.strerror}): "
                "stop what uses it, or choose another port",
                setting="port",
            ) from error


def free_port(config: Config) -> int:
    """A port that nobody uses now."""
    family = socket.AF_INET6 if ":" in config.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.bind((config.host, 0))
        return int(probe.getsockname()[1])


def _load(_: str, config: Config) -> "Flask":
    """The application, in the serving process, with its workers ready.

    The workers start while the application is still being imported.
    """
    workers = Workers.of(config)
    workers.start()
    from server.app import create_app  # noqa: PLC0415
    from server.services import services  # noqa: PLC0415

    app = create_app(config, workers)
    try:
        services(app).snapshot()
        workers.wait()
    except LodestoneError as error:
        print(f"lodestone: {error}", file=sys.stderr, flush=True)
        raise SystemExit(1) from None
    threading.Thread(target=_announce, args=(config,), daemon=True).start()
    return app


def _announce(config: Config) -> None:
    """Say where the server is, once it takes connections."""
    while True:
        try:
            socket.create_connection((config.host, config.port), timeout=1).close()
        except OSError:
            time.sleep(0.01)
        else:
            break
    print(f"Lodestone serves {config.store} at {address(config)}", flush=True)


def serve(config: Config) -> None:
    """Serve until SIGINT or SIGTERM. Prints the address when requests can be answered.

    Port 0 stands for any free one.

    Raises ``ConfigError`` if the address is taken and ``StoreError`` if the store cannot
    be read, ``ServerFailed`` if the serving process fails.
    """
    if config.port == 0:
        config = replace(config, port=free_port(config))
    check_port(config)
    layout = Layout(config.store)
    layout.settings()
    layout.manifest()
    server = Granian(
        "server.app:create_app",
        address=config.host,
        port=config.port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=THREADS,
        backpressure=THREADS * 2,
        workers_kill_timeout=STOP_AFTER,
        respawn_failed_workers=True,
        log_enabled=False,
    )
    try:
        server.serve(target_loader=partial(_load, config=config))
    except FatalError as error:
        raise ServerFailed(f"the server failed: {error}") from error
    except SystemExit as exit_:
        if exit_.code:
            raise ServerFailed("the server ended: its serving process failed") from None
