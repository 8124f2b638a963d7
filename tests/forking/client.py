"""Stands for a forked process: hands its own streams, folder and environment on, and ends as that ends.

    python -I -S client.py SOCKET PYTHON [-m MODULE | -c CODE | SCRIPT] ARGUMENTS...

A signal is handed on too; if this process is killed, so is the forked one. Few imports, since they are all its cost.
Other options of Python are for PYTHON itself.
"""

import marshal
import os
import signal
import socket
import sys

HANDED_ON = [int(signal.SIGINT), int(signal.SIGTERM), int(signal.SIGHUP)]


def main(path: str, python: str, arguments: list[str]) -> None:
    """Ask for the process, and wait for its end."""
    if arguments[:1] == ["-B"]:  # `multiprocessing` repeats it; what is imported is in memory anyway
        del arguments[0]
    if not arguments or (arguments[0].startswith("-") and arguments[0] not in {"-m", "-c"}):
        os.execv(python, [python, *arguments])  # noqa: S606 - it is our own
    files = [int(name) for name in os.listdir("/dev/fd")]
    files = [number for number in files if _is_open(number)]
    server = socket.socket(socket.AF_UNIX)
    server.connect(path)
    mask = os.umask(0)
    ignored = [number for number in HANDED_ON if signal.getsignal(number) == signal.SIG_IGN]
    request = marshal.dumps((arguments, dict(os.environ), os.getcwd(), mask, ignored, files))
    socket.send_fds(server, [len(request).to_bytes(4, "big")], files)
    server.sendall(request)
    process = int.from_bytes(server.recv(4), "big")
    for number in HANDED_ON:  # those that are ignored too: the forked process may have handlers by now
        signal.signal(number, lambda number, _: os.kill(process, number))
    for file in files:  # whoever reads them sees their end when the process has ended
        os.close(file)
    status = int.from_bytes(server.recv(4), "big")
    code = os.waitstatus_to_exitcode(status)
    if code < 0:
        if -code != signal.SIGKILL:
            signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    os._exit(code)


def _is_open(number: int) -> bool:
    """Return whether a file is open: the one that has listed the others no longer is."""
    try:
        os.fstat(number)
    except OSError:
        return False
    return True


main(sys.argv[1], sys.argv[2], sys.argv[3:])
