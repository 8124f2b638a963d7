"""The memory of a process that works on pictures: what was freed goes back to the system.

glibc keeps what a thread has freed for that thread, and puts large pieces there too once one of them was freed
(mallopt(3), M_ARENA_MAX and M_MMAP_THRESHOLD). A picture of 2752x1536 has 13 MB of pixels, and a run has many threads:
a backlog of ten articles took 771 MiB.

Only pieces from 4 MB are mappings of their own: a smaller one would be mapped and zeroed anew for each copy of a file's
bytes, which took a tenth of a backlog's processor time. The end of the heap is
given back from 16 MB on: with that threshold set, glibc's own is 128 KB, and each file's bytes would be taken anew.
"""

import ctypes
import os
from contextlib import suppress
from functools import cache

# From glibc's malloc.h.
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD, _M_ARENA_MAX = -1, -3, -8


@cache
def give_back_freed_memory() -> None:
    """Tell the process's allocator so, once. Not where variables `MALLOC_*` say otherwise, nor without glibc."""
    if any(name.startswith("MALLOC_") for name in os.environ):
        return
    with suppress(AttributeError, OSError, TypeError):  # musl and macOS have no mallopt, Windows no such library
        libc = ctypes.CDLL(None)
        libc.mallopt(_M_ARENA_MAX, 2)
        libc.mallopt(_M_MMAP_THRESHOLD, 1 << 22)
        libc.mallopt(_M_TRIM_THRESHOLD, 1 << 24)
