"""The line between server and workers, read in turn on the event loop and in a thread."""

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import uvloop

from server.processes.line import Line

LOOPS = {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}


@pytest.mark.parametrize("loop", LOOPS.values(), ids=LOOPS)
def test_a_thread_still_waits_after_the_loop_has_read(loop: Callable[[], asyncio.AbstractEventLoop]) -> None:
    ours, theirs = Line.pair()
    long = b"x" * 300_000

    def slowly() -> None:
        head = len(long).to_bytes(8, "big")
        theirs.end.sendall(head + long[:1000])
        time.sleep(0.3)
        theirs.end.sendall(long[1000:])

    running = loop()
    with ThreadPoolExecutor(1) as threads:
        theirs.send(b"first")
        assert running.run_until_complete(ours.message(5).on_loop(threads)) == b"first"
        sender = threading.Thread(target=slowly, daemon=True)
        sender.start()
        assert ours.message(5).here() == long
        sender.join()
    running.close()
    ours.close()
    theirs.close()


@pytest.mark.parametrize("loop", LOOPS.values(), ids=LOOPS)
def test_the_loop_and_threads_take_turns(loop: Callable[[], asyncio.AbstractEventLoop]) -> None:
    """What comes while the loop looks and nobody waits there is left for whoever asks next."""
    ours, theirs = Line.pair()
    messages = [b"", b"x", b"y" * 100_000, b"z" * 8, b"", b"w" * 70_000]

    async def alternately(threads: ThreadPoolExecutor) -> list[bytes | None]:
        running, found = asyncio.get_running_loop(), []
        for number, message in enumerate(messages * 3):
            sender = running.run_in_executor(threads, theirs.send, message)
            if number % 2:
                await asyncio.sleep(0.01)
                found.append(await running.run_in_executor(threads, ours.message(5).here))
            else:
                found.append(await ours.message(5).on_loop(threads))
            await sender
        assert await ours.message(0.01).on_loop(threads) is None
        return found

    running = loop()
    with ThreadPoolExecutor(2) as threads:
        assert running.run_until_complete(alternately(threads)) == messages * 3
    running.close()
    ours.close()
    theirs.close()


@pytest.mark.parametrize("loop", LOOPS.values(), ids=LOOPS)
def test_a_line_that_is_closed_meanwhile_ends(loop: Callable[[], asyncio.AbstractEventLoop]) -> None:
    async def waiting(threads: ThreadPoolExecutor, end: Callable[[Line, Line], None]) -> None:
        ours, theirs = Line.pair()
        message = asyncio.ensure_future(ours.message(20).on_loop(threads))
        await asyncio.sleep(0.01)
        await asyncio.get_running_loop().run_in_executor(threads, end, ours, theirs)
        with pytest.raises(EOFError):
            await message
        ours.close()
        theirs.close()
        await asyncio.sleep(0)

    def handles() -> set[str]:
        """What is open, by its own name: others in this process may close theirs meanwhile."""
        return {str(f.readlink()) for f in Path("/proc/self/fd").iterdir() if f.is_symlink()}

    running = loop()
    with ThreadPoolExecutor(1) as threads:
        running.run_until_complete(waiting(threads, lambda ours, _: ours.close()))
        before = handles()
        for _ in range(5):
            running.run_until_complete(waiting(threads, lambda ours, _: ours.close()))
            running.run_until_complete(waiting(threads, lambda _, theirs: theirs.close()))
        assert not {h for h in handles() - before if h.startswith("socket:")}
    running.close()


@pytest.mark.parametrize("loop", LOOPS.values(), ids=LOOPS)
def test_who_gives_up_leaves_the_line_to_others(loop: Callable[[], asyncio.AbstractEventLoop]) -> None:
    ours, theirs = Line.pair()

    async def impatient(threads: ThreadPoolExecutor) -> bytes | None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(ours.message(20).on_loop(threads), 0.01)
        theirs.send(b"late")
        await asyncio.sleep(0.01)
        return await ours.message(5).on_loop(threads)

    running = loop()
    with ThreadPoolExecutor(1) as threads:
        assert running.run_until_complete(impatient(threads)) == b"late"
    running.close()
    ours.close()
    theirs.close()
