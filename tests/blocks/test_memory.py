"""The memory of a process that works on pictures."""

import os
import platform
import subprocess
import sys

import pytest

_SCRIPT = """
import threading
from blocks.memory import give_back_freed_memory

def used():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096

give_back_freed_memory()
before, go_on = used(), threading.Event()

def work():
    kept = []
    for _ in range(4):
        piece = bytearray(13_000_000)
        kept.append(bytearray(1_000))  # behind the piece: what is before it can only be given back as a mapping
        del piece
    done.release()
    go_on.wait()

done = threading.Semaphore(0)
threads = [threading.Thread(target=work) for _ in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    done.acquire()
print((used() - before) // 1_000_000)
go_on.set()
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another allocator than glibc's")
def test_threads_give_back_what_they_have_freed() -> None:
    """While threads that had pictures live on, the process is about as small as before; a variable decides."""

    def kept(**variables: str) -> int:
        environment = {name: text for name, text in os.environ.items() if not name.startswith("MALLOC_")} | variables
        found = subprocess.run(
            [sys.executable, "-c", _SCRIPT], env=environment, capture_output=True, text=True, check=True, timeout=60
        )
        return int(found.stdout)

    assert kept() < 25
    assert kept(MALLOC_MMAP_THRESHOLD_=str(1 << 25)) > 25
