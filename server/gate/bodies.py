"""Bodies of requests: how long they may be, and decompressing them."""

import zlib
from io import BytesIO

from flask import current_app, request
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.wsgi import get_input_stream

from server.errors import BadRequest, BodyTooLong, UnsupportedType
from server.gate.access import identity
from server.gate.admission import longest_body
from server.services import services

_PIECE = 16 * 1024
_WINDOW = {"gzip": 31, "x-gzip": 31, "deflate": 15}


def decompress() -> None:
    """Before each request: set its limit, and put in place of a compressed body what it holds.

    Raises ``BodyTooLong``, ``BadRequest`` and ``UnsupportedType``.
    """
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return
    limit = longest_body(services(current_app).config, request.path, identity())
    request.max_content_length = limit
    request.max_form_memory_size = limit
    encoding = request.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding in ("identity", ""):
        return
    if encoding not in _WINDOW:
        raise UnsupportedType(f"a body in {encoding} is not read here: {', '.join(_WINDOW)} are")
    try:
        packed = get_input_stream(request.environ, max_content_length=limit).read()
    except RequestEntityTooLarge:
        raise BodyTooLong(f"the body is longer than {limit:,} bytes") from None
    body = inflated(packed, _WINDOW[encoding], limit)
    request.environ["wsgi.input"] = BytesIO(body)
    request.environ["CONTENT_LENGTH"] = str(len(body))
    request.environ.pop("HTTP_TRANSFER_ENCODING", None)


def inflated(packed: bytes, window: int, limit: int) -> bytes:
    """What a compressed body holds. Raises ``BodyTooLong`` beyond ``limit`` bytes, and ``BadRequest``.

    It goes by the piece: what follows the end of a member is copied, and there may be very many members.
    """
    found = bytearray()
    unpacker = None
    try:
        for start in range(0, len(packed), _PIECE):
            rest = packed[start : start + _PIECE]
            while rest:
                unpacker = unpacker or zlib.decompressobj(window)
                found += unpacker.decompress(rest, limit + 1 - len(found))
                if len(found) > limit:
                    raise BodyTooLong(f"the body is longer than {limit:,} bytes when decompressed")
                rest = unpacker.unused_data
                if unpacker.eof:
                    unpacker = None
    except zlib.error as error:
        raise BadRequest(f"the body cannot be decompressed: {error}", parameter="Content-Encoding") from error
    if unpacker is not None:
        raise BadRequest("the compressed body breaks off", parameter="Content-Encoding")
    return bytes(found)
