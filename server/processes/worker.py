"""The inside of a worker process: it takes a job from its line, and writes the answer back.

On the line goes first a ``Failure`` or a ``Head``; where that says so, more pieces
of the body follow, and an empty one when it is whole. What breaks off before that is
broken: the process ends, and the line with it.
"""

import contextlib
import os
import pickle
import signal
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, cast

from kg.errors import LodestoneError, QueryOverLimit
from server.errors import AnswerTooLong
from server.processes.jobs import Draft, Evaluation, Failure, Job, Reply
from server.processes.line import Line
from server.processes.memory import address_space, limit

GRACE = 5.0
"""Seconds after a deadline when the kernel ends a worker that nobody else has ended."""

PIECE = 1024 * 1024
"""Bytes in which a long answer is sent."""


@dataclass(frozen=True)
class Head:
    """A reply, and whether more of its body follows."""

    reply: Reply
    more: bool


class Sink:
    """The file that an answer is written into: its pieces go to the line where that is allowed.

    ``write`` raises ``AnswerTooLong`` beyond the job's limit.
    """

    def __init__(self, line: Line, draft: Draft, job: Job, began: float) -> None:
        self._line, self._draft, self._job = line, draft, job
        self._began = began
        self._parts: list[bytes] = []
        self._held = self._total = 0
        self.begun = False

    def write(self, data: bytes) -> int:
        """Take a part of the answer."""
        self._total += len(data)
        if self._total > self._job.limit:
            raise too_long(self._job.limit)
        self._parts.append(bytes(data))
        self._held += len(data)
        if self._held >= PIECE and self._job.stream:
            self._send(more=True)
        return len(data)

    def flush(self) -> None:
        """Nothing to do: pieces go when they are big enough."""

    def finish(self) -> None:
        """The answer is whole."""
        if not self.begun:
            self._send(more=False)
            return
        if self._held:
            self._send(more=True)
        self._line.send(b"")

    def _send(self, *, more: bool) -> None:
        body = b"".join(self._parts)
        self._parts, self._held = [], 0
        if self.begun:
            self._line.send(body)
            return
        draft = self._draft
        spent = time.process_time() - self._began
        reply = Reply(draft.kind, draft.content_type, body, draft.version, draft.format, spent=spent)
        self.begun = True
        tell(self._line, Head(reply, more))


def tell(line: Line, what: object) -> None:
    """Send something that can be pickled."""
    line.send(pickle.dumps(what, pickle.HIGHEST_PROTOCOL))


def too_long(limit: int) -> AnswerTooLong:
    """The error for an answer that is longer than it may be."""
    return AnswerTooLong(
        f"the answer has more than the {limit:,} bytes that may be sent: "
        "ask for less of it (LIMIT), or for a shorter format",
        limit="result",
    )


def serve_jobs(line: Line, make: Callable[[Path], Evaluation], store: Path, memory: int) -> None:
    """Be a worker until the line ends. ``memory`` is what each job may use, in bytes."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ["RUST_BACKTRACE"] = "0"  # memory that cannot be had is no fault that needs one
    evaluate = make(store)
    with contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError):
        tell(line, address_space())
        while True:
            job: Job = pickle.loads(line.read())  # noqa: S301 - of the server that started us
            limit(min(job.memory or memory, memory))
            signal.setitimer(signal.ITIMER_REAL, job.timeout + GRACE)
            _answer(line, evaluate, job)
            signal.setitimer(signal.ITIMER_REAL, 0)


def _answer(line: Line, evaluate: Evaluation, job: Job) -> None:
    sink: Sink | None = None
    began = time.process_time()
    try:
        found = evaluate(job)
        match found:
            case Draft():
                sink = Sink(line, found, job, began)
                found.write(cast(IO[bytes], sink))
                sink.finish()
            case Reply():
                tell(line, Head(replace(found, spent=time.process_time() - began), more=False))
            case Failure():
                tell(line, found)
        return
    except MemoryError:
        failure = Failure.of(QueryOverLimit("the query needed more memory than it may use", limit="memory"))
    except RecursionError:
        failure = Failure.of(QueryOverLimit("the answer is nested too deeply to be written", limit="depth"))
    except LodestoneError as error:
        failure = Failure.of(error)
    except Exception:  # noqa: BLE001 - a fault of ours: it is told to the server, whose log has it
        failure = Failure.of(LodestoneError(f"a query could not be evaluated\n{traceback.format_exc()}"))
    if sink is not None and sink.begun:
        os._exit(1)  # what was sent cannot be taken back: let it break off
    tell(line, failure)
