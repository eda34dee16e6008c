"""What has to wait, written once: its waits are waited for in a thread, or on the event loop.

A generator of ``Steps`` yields each thing that it waits for and is given what came of it.
"""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Generator
from concurrent.futures import Executor
from typing import Any, Protocol, TypeVar

T = TypeVar("T")


class Wait(Protocol):
    """Something to wait for."""

    def here(self) -> Any:
        """Wait in this thread; gives back what came of it, and raises what it raises."""
        ...

    def on_loop(self, threads: Executor) -> Coroutine[Any, Any, Any]:
        """The same on the event loop; what blocks goes to the threads."""
        ...


Steps = Generator[Wait, Any, T]


def walked(steps: Steps[T]) -> T:
    """Go through steps in this thread; gives back their result."""
    found, failed = None, None
    while True:
        try:
            wait = steps.send(found) if failed is None else steps.throw(failed)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]
        try:
            found, failed = wait.here(), None
        except BaseException as error:  # noqa: BLE001 - the steps deal with it, or let it pass
            failed = error


async def walked_on_loop(steps: Steps[T], threads: Executor) -> T:
    """Go through steps on the event loop; gives back their result."""
    found, failed = None, None
    while True:
        try:
            wait = steps.send(found) if failed is None else steps.throw(failed)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]
        try:
            found, failed = await wait.on_loop(threads), None
        except BaseException as error:  # noqa: BLE001 - the steps deal with it, or let it pass
            failed = error


class Work:
    """Something that blocks for a while; what comes of it is what the call gives back."""

    def __init__(self, call: Callable[[], object]) -> None:
        self._call = call

    def here(self) -> object:
        """Do it."""
        return self._call()

    async def on_loop(self, threads: Executor) -> object:
        """Have a thread do it."""
        return await asyncio.get_running_loop().run_in_executor(threads, self._call)


class Bell:
    """Rings once, or not within ``seconds``; whoever waits goes on then."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._lock = threading.Lock()
        self._rung = False
        self._call: Callable[[], object] | None = None

    def ring(self) -> None:
        """Wake who waits, from any thread."""
        with self._lock:
            self._rung, call = True, self._call
        if call is not None:
            call()

    def _told(self, call: Callable[[], object]) -> bool:
        """Have something called when it rings; false if it has."""
        with self._lock:
            self._call = call
            return not self._rung

    def here(self) -> None:
        """Wait in this thread."""
        event = threading.Event()
        if self._told(event.set):
            event.wait(self._seconds)

    async def on_loop(self, threads: Executor) -> None:
        """Wait on the event loop."""
        del threads
        loop = asyncio.get_running_loop()
        rung: asyncio.Future[None] = loop.create_future()

        def end() -> None:
            if not rung.done():
                rung.set_result(None)

        on_loop = threading.get_ident()

        def wake() -> None:
            if threading.get_ident() == on_loop:
                end()
            else:
                loop.call_soon_threadsafe(end)

        if self._told(wake):
            late = loop.call_later(self._seconds, end)
            try:
                await rung
            finally:
                late.cancel()
