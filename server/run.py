"""Serving: uvicorn in front, threads for the pages, killable processes for the queries."""

import contextlib
import resource
import signal
import socket
from collections.abc import Iterator
from dataclasses import replace
from types import FrameType

import uvicorn

from kg.dataset.files import Layout
from kg.dataset.upkeep.purge import finish
from kg.errors import LodestoneError, StoreBusy
from server.config import Config
from server.errors import ConfigError, ServerFailed
from server.logs import set_up
from server.processes.workers import Workers

STOP_AFTER = 10
"""Seconds that requests in hand get to finish when the server stops."""

CONNECTIONS = 2000
"""Connections that are held at once; beyond that clients are told to try again."""


def address(config: Config) -> str:
    """Where the server is found."""
    host = f"[{config.host}]" if ":" in config.host else config.host
    return f"http://{host}:{config.port}/"


def listen(config: Config) -> socket.socket:
    """A socket at the address. Raises ``ConfigError`` if it cannot be had: another server may hold it."""
    family = socket.AF_INET6 if ":" in config.host else socket.AF_INET
    found = socket.socket(family, socket.SOCK_STREAM)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((config.host, config.port))
        found.listen(2048)
    except OSError as error:
        found.close()
        raise ConfigError(
            f"{address(config)} cannot be served ({error.strerror}): "
            "stop what uses it, or choose another port",
            setting="port",
        ) from error
    return found


def allow_files() -> None:
    """Raise what the system allows to this process of open files, as far as it may: connections are files."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * CONNECTIONS + 256
    if soft != resource.RLIM_INFINITY and soft < wanted:
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


class _Server(uvicorn.Server):
    """Says where it is once requests can be answered, and ends in order when it is told to."""

    def __init__(self, config: uvicorn.Config, ready: str) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        print(self._ready, flush=True)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        def stop(number: int, frame: FrameType | None) -> None:
            self.handle_exit(number, frame)

        before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def serve(config: Config) -> None:
    """Serve until SIGINT or SIGTERM. Prints the address when requests can be answered.

    Port 0 stands for any free one.

    Raises ``ConfigError`` if the address is taken and ``StoreError`` if the store cannot
    be read, ``ServerFailed`` if the workers cannot open it.
    """
    layout = Layout(config.store)
    layout.settings()
    layout.manifest()
    if layout.purging.exists():
        with contextlib.suppress(StoreBusy):  # then the process that began it is at work
            finish(config.store)
    allow_files()
    listening = listen(config)
    config = replace(config, port=listening.getsockname()[1])
    workers = Workers.of(config)
    workers.start()  # while the application is still being imported
    set_up()
    from server.app import create_app  # noqa: PLC0415
    from server.gate.connection import PacedConnection  # noqa: PLC0415
    from server.gate.front import Front  # noqa: PLC0415
    from server.services import services  # noqa: PLC0415
    from server.warming import warm  # noqa: PLC0415

    app = create_app(config, workers)
    front = Front(app, services(app))
    try:
        warm(app)
        workers.wait()
        settings = uvicorn.Config(
            front,
            loop="uvloop",
            http=PacedConnection,
            ws="none",
            lifespan="off",
            interface="asgi3",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            limit_concurrency=CONNECTIONS,
            timeout_keep_alive=75,
            timeout_graceful_shutdown=STOP_AFTER,
        )
        ready = f"Lodestone serves {config.store} at {address(config)}"
        _Server(settings, ready).run(sockets=[listening])
    except LodestoneError as error:
        raise ServerFailed(f"the server failed: {error}") from error
    finally:
        front.close()
        workers.close()
        listening.close()
