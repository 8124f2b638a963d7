"""The memory of a process that works on pictures: what was freed goes back to the system.

glibc keeps what a thread has freed for that thread, and puts large pieces there too once one of them was freed
(mallopt(3), M_ARENA_MAX and M_MMAP_THRESHOLD). A picture of 2752x1536 has 13 MB of pixels, and a run has many threads:
a backlog of ten articles took 771 MiB.
"""

import ctypes
import os
from contextlib import suppress
from functools import cache

# From glibc's malloc.h.
_M_MMAP_THRESHOLD, _M_ARENA_MAX = -3, -8


@cache
def give_back_freed_memory() -> None:
    """Have the process's allocator give freed memory back; once. Not where `MALLOC_*` is set, nor without glibc."""
    if any(name.startswith("MALLOC_") for name in os.environ):
        return
    with suppress(AttributeError, OSError, TypeError):  # musl and macOS have no mallopt, Windows no such library
        libc = ctypes.CDLL(None)
        libc.mallopt(_M_ARENA_MAX, 2)
        libc.mallopt(_M_MMAP_THRESHOLD, 1 << 20)
