"""The line between server and workers, read in turn on the event loop and in a thread."""

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

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
