"""The line between the server and a worker: whole messages over a socket, each after its length."""

import asyncio
import contextlib
import select
import socket
import struct
from concurrent.futures import Executor

_HEAD = struct.Struct("!Q")
_AT_ONCE = 64 * 1024
"""Bytes that are sure to find room in the buffer of a socket that is empty."""


class Line:
    """One end of a line. It is used by one thread at a time, or by the event loop.

    Reading raises ``EOFError`` where the other end is closed, and ``OSError``.
    """

    def __init__(self, end: socket.socket) -> None:
        self._socket = end
        self._poll = select.poll()
        self._poll.register(end, select.POLLIN)

    def __reduce__(self) -> tuple[type["Line"], tuple[socket.socket]]:
        """Another process can be given it when it is started."""
        return Line, (self._socket,)

    @classmethod
    def pair(cls) -> tuple["Line", "Line"]:
        """Both ends of a line."""
        ours, theirs = socket.socketpair()
        return cls(ours), cls(theirs)

    @property
    def closed(self) -> bool:
        """Whether this end is closed."""
        return self._socket.fileno() < 0

    def close(self) -> None:
        """Close this end."""
        self._socket.close()

    def fits(self, message: bytes) -> bool:
        """Whether sending does not wait for the other end, if that has read what was sent before."""
        return len(message) < _AT_ONCE

    def send(self, message: bytes) -> None:
        """Send a message."""
        head = _HEAD.pack(len(message))
        if self.fits(message):
            self._socket.sendall(head + message)
        else:
            self._socket.sendall(head)
            self._socket.sendall(message)

    def ready(self, seconds: float) -> bool:
        """Whether there is something to read within so many seconds; the end counts as something."""
        return bool(self._poll.poll(max(0.0, seconds) * 1000))

    def read(self) -> bytes:
        """The next message; waits for it."""
        size = _HEAD.unpack(self._exactly(_HEAD.size))[0]
        return self._exactly(size)

    def _exactly(self, size: int) -> bytes:
        found = bytearray(size)
        rest = memoryview(found)
        while rest:
            got = self._socket.recv_into(rest)
            if not got:
                raise EOFError
            rest = rest[got:]
        return bytes(found)

    def message(self, seconds: float) -> "Message":
        """The next message, to wait for."""
        return Message(self, seconds)

    @property
    def end(self) -> socket.socket:
        """The socket of this end."""
        return self._socket


class Message:
    """The next message of a line; ``None`` where nothing of it comes within ``seconds``."""

    def __init__(self, line: Line, seconds: float) -> None:
        self._line, self._seconds = line, seconds

    def here(self) -> bytes | None:
        """Wait in this thread."""
        return self._line.read() if self._line.ready(self._seconds) else None

    async def on_loop(self, threads: Executor) -> bytes | None:
        """Wait on the event loop: also for the rest of a message that is not there at once."""
        del threads
        loop = asyncio.get_running_loop()
        reading = _Reading(self._line.end, loop)
        loop.add_reader(reading.place, reading.more)
        late = loop.call_later(self._seconds, reading.late)
        try:
            return await reading.done
        finally:
            late.cancel()
            loop.remove_reader(reading.place)
            with contextlib.suppress(OSError):  # the loop (libuv) leaves it so that no read waits
                self._line.end.setblocking(True)


class _Reading:
    """A message as it comes in, read as far as it is there."""

    def __init__(self, end: socket.socket, loop: asyncio.AbstractEventLoop) -> None:
        self.done: asyncio.Future[bytes | None] = loop.create_future()
        self.place = end.fileno()
        self._end = end
        self._begun = False
        self._head: bytes | None = None
        self._found = bytearray(_HEAD.size)
        self._rest = memoryview(self._found)

    def more(self) -> None:
        """Take what is there."""
        if self.done.done():
            return
        try:
            with contextlib.suppress(BlockingIOError):
                while self._take():
                    pass
        except OSError as error:
            self.done.set_exception(error)
        except EOFError as error:
            self.done.set_exception(error)

    def _take(self) -> bool:
        """Whether there may be more; raises ``BlockingIOError`` where there is not yet."""
        got = self._end.recv_into(self._rest, 0, socket.MSG_DONTWAIT)
        if not got:
            raise EOFError
        self._begun = True
        self._rest = self._rest[got:]
        if self._rest:
            return True
        if self._head is None:
            self._head = bytes(self._found)
            self._found = bytearray(_HEAD.unpack(self._head)[0])
            self._rest = memoryview(self._found)
            if self._found:
                return True
        self.done.set_result(bytes(self._found))
        return False

    def late(self) -> None:
        """Give it up, unless its beginning is there."""
        if not self._begun and not self.done.done():
            self.done.set_result(None)
