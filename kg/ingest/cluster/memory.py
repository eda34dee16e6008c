"""What a worker's C library does with memory that was given back.

Dask has it handed to the system at once (its workers start with ``MALLOC_TRIM_THRESHOLD_=65536``, which
makes every block above 128 KB a mapping of its own). The next article asks for it again, and the system
clears each page anew: measured 16 ms of the 128 ms that an article takes, and two workers hinder each
other in it.
"""

import ctypes
from functools import cache

_TRIM_THRESHOLD = (-1, 128 * 1024 * 1024)
_MMAP_THRESHOLD = (-3, 32 * 1024 * 1024)
"""Parameters of ``mallopt`` (malloc.h of the GNU C library) and their values, in bytes."""


@cache
def keep_memory() -> bool:
    """Keep up to 128 MB at hand in this process; false where the C library is another one."""
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError, TypeError):
        return False
    return all(mallopt(*setting) == 1 for setting in (_TRIM_THRESHOLD, _MMAP_THRESHOLD))
