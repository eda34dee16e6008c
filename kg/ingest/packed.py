"""Files that are packed by gzip: what they are by the name within, and their content in a folder."""

import gzip
import hashlib
import shutil
import zlib
from pathlib import Path

from kg.errors import UnreadableInput

ENDING = ".gz"


def ending(path: Path) -> str:
    """What a file's name ends with, in lower case; of ``x.nq.gz`` that is ``.nq``."""
    suffix = path.suffix.lower()
    return Path(path.stem).suffix.lower() if suffix == ENDING else suffix


def is_packed(path: Path) -> bool:
    """Whether a file is packed, by its name."""
    return path.suffix.lower() == ENDING


def unpacked(path: Path, folder: Path) -> Path:
    """The content of a packed file, in a folder. Raises ``UnreadableInput``."""
    target = folder / path.stem
    try:
        with gzip.open(path, "rb") as source, target.open("wb") as out:
            shutil.copyfileobj(source, out, 1 << 20)
    except (OSError, EOFError, zlib.error) as error:
        target.unlink(missing_ok=True)
        raise UnreadableInput(f"{path} cannot be unpacked: {error}", path=str(path)) from error
    return target


def content_key(path: Path) -> str:
    """The SHA-256 of what a file holds, unpacked; empty where it cannot be read."""
    try:
        with gzip.open(path, "rb") if is_packed(path) else path.open("rb") as file:
            digest = hashlib.sha256()
            while piece := file.read(1 << 20):
                digest.update(piece)
    except (OSError, EOFError, zlib.error):
        return ""  # it is told when it is taken in
    return digest.hexdigest()
