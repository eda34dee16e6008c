"""The scripts of the pages, as the build makes them from ``server/frontend``, and what they may do.

A page runs its scripts where they are, and works without. ``src/page-NAME.js`` becomes
``bundle/page-NAME.js``, beside it the style of what it imports.
"""

from functools import cache
from hashlib import sha256
from pathlib import Path

from flask import Response

STATIC = Path(__file__).parent / "static"

SCRIPTED = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""The Content-Security-Policy of a page with scripts: our own files, our own answers, nothing inline.

``data:`` is for the few icons in the editor's style. Nothing needs ``unsafe-inline``: what is
placed by script goes through the CSSOM, which the policy leaves alone.
"""


@cache
def static_address(name: str) -> str | None:
    """The address of a file of ``static``, which changes with its content; ``None`` if it is not there."""
    try:
        content = (STATIC / name).read_bytes()
    except OSError:
        return None
    return f"/static/{name}?v={sha256(content).hexdigest()[:12]}"


def script_address(page: str) -> str | None:
    """The address of a page's script; ``None`` where the bundle was not built."""
    return static_address(f"bundle/page-{page}.js")


def style_address(page: str) -> str | None:
    """The address of the style of what a page's script imports, if there is one."""
    return static_address(f"bundle/page-{page}.css")


def scripted(response: Response, page: str) -> Response:
    """The response, allowed to run the script of its page where there is one."""
    if script_address(page) is not None:
        response.headers["Content-Security-Policy"] = SCRIPTED
    return response
