"""The line between the server and a worker: whole messages over a socket, each after its length."""

import asyncio
import contextlib
import os
import select
import socket
import struct
from concurrent.futures import Executor

_HEAD = struct.Struct("!Q")
_AT_ONCE = 64 * 1024
"""Bytes that are sure to find room in the buffer of a socket that is empty."""

_BUFFER = 1024 * 1024
"""Bytes on their way, as far as the system allows."""

_FOREVER = 86400.0


class Line:
    """One end of a line. It is used by one thread at a time, or by the event loop.

    Reading raises ``EOFError`` where the other end is closed, and ``OSError``.
    """

    def __init__(self, end: socket.socket) -> None:
        self._socket = end
        self._poll = select.poll()
        self._poll.register(end, select.POLLIN)
        self._reader: _Reader | None = None

    def __reduce__(self) -> tuple[type["Line"], tuple[socket.socket]]:
        """Another process can be given it when it is started."""
        return Line, (self._socket,)

    @classmethod
    def pair(cls) -> tuple["Line", "Line"]:
        """Both ends of a line."""
        ours, theirs = socket.socketpair()
        theirs.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _BUFFER)
        return cls(ours), cls(theirs)

    @property
    def closed(self) -> bool:
        """Whether this end is closed."""
        return self._socket.fileno() < 0

    def close(self) -> None:
        """Close this end, from any thread."""
        self._socket.close()
        if self._reader is not None:
            self._reader.end()

    def fits(self, message: bytes) -> bool:
        """Whether sending does not wait for the other end, if that has read what was sent before."""
        return len(message) < _AT_ONCE

    def send(self, message: bytes) -> None:
        """Send a message."""
        head = _HEAD.pack(len(message))
        sent = 0
        with contextlib.suppress(BlockingIOError):
            sent = os.writev(self._socket.fileno(), (head, message))
        if sent < len(head):
            self._socket.sendall(head[sent:])
            sent = len(head)
        if sent < len(head) + len(message):
            self._socket.sendall(memoryview(message)[sent - len(head) :])

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

    def on_loop(self) -> "_Reader":
        """Who reads for the loop that runs. Raises ``OSError`` if the end is closed."""
        loop = asyncio.get_running_loop()
        if self._reader is None or self._reader.loop is not loop:
            if self._reader is not None:
                self._reader.end()
            self._socket.settimeout(_FOREVER)  # the loop leaves it so that no read waits by itself
            self._reader = _Reader(self._socket, loop)
        return self._reader


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
        return await self._line.on_loop().message(self._seconds)


class _Reader:
    """Reads the messages of a line on an event loop.

    The loop goes on looking at the line between them, as that costs less than to tell it each time: what
    comes while nobody waits here is for a thread, or for later, and ends that. It has a handle of
    its own to the socket, so that no other file can take its number while the loop looks at it.
    """

    def __init__(self, end: socket.socket, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self._place = os.dup(end.fileno())
        self._looking = self._ended = False
        self._done: asyncio.Future[bytes | None] | None = None
        self._begin()

    def _begin(self) -> None:
        self._head: bytes | None = None
        self._found = bytearray(_HEAD.size)
        self._rest = memoryview(self._found)

    async def message(self, seconds: float) -> bytes | None:
        """The next message. What was cut short before is forgotten."""
        self._begin()
        self._done = self.loop.create_future()
        if not self._looking:
            self.loop.add_reader(self._place, self._more)
            self._looking = True
        late = self.loop.call_later(seconds, self._late)
        try:
            return await self._done
        finally:
            late.cancel()
            self._done = None

    def _more(self) -> None:
        """Take what is there."""
        if self._done is None:
            self._rest_now()
            return
        if self._done.done():
            return
        try:
            with contextlib.suppress(BlockingIOError):
                while self._take():
                    pass
        except (OSError, EOFError) as error:
            self._done.set_exception(error)

    def _take(self) -> bool:
        """Whether there may be more; raises ``BlockingIOError`` where there is not yet."""
        got = os.readv(self._place, (self._rest,))
        if not got:
            raise EOFError
        self._rest = self._rest[got:]
        if self._rest:
            return True
        if self._head is None:
            self._head = bytes(self._found)
            self._found = bytearray(_HEAD.unpack(self._head)[0])
            self._rest = memoryview(self._found)
            if self._found:
                return True
        assert self._done is not None  # noqa: S101 - only then is this called
        self._done.set_result(bytes(self._found))
        return False

    def _late(self) -> None:
        """Give it up, unless its beginning is there."""
        begun = self._head is not None or len(self._rest) < _HEAD.size
        if not begun and self._done is not None and not self._done.done():
            self._done.set_result(None)

    def _rest_now(self) -> None:
        if self._looking:
            self.loop.remove_reader(self._place)
            self._looking = False

    def end(self) -> None:
        """Look no more, from any thread."""
        try:
            self.loop.call_soon_threadsafe(self._end)
        except RuntimeError:  # the loop is closed: it looks at nothing
            self._looking = False
            self._end()

    def _end(self) -> None:
        if self._ended:
            return
        self._ended = True
        self._rest_now()
        os.close(self._place)
        if self._done is not None and not self._done.done():
            self._done.set_exception(EOFError())
