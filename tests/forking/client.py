"""Stands for a forked process: hands its own streams, folder and environment on, and ends as that ends.

    python -I -S client.py SOCKET SCRIPT ARGUMENTS...

A signal is handed on too; if this process is killed, so is the forked one. Few imports, since they are all its cost.
"""

import marshal
import os
import signal
import socket
import sys


def main() -> None:
    """Ask for the process, and wait for its end."""
    server = socket.socket(socket.AF_UNIX)
    server.connect(sys.argv[1])
    request = marshal.dumps((sys.argv[2:], dict(os.environ), os.getcwd()))
    socket.send_fds(server, [len(request).to_bytes(4, "big")], [0, 1, 2])
    server.sendall(request)
    process = int.from_bytes(server.recv(4), "big")
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _: os.kill(process, number))
    for stream in range(3):  # whoever reads them sees their end when the process has ended
        os.close(stream)
    status = int.from_bytes(server.recv(4), "big")
    code = os.waitstatus_to_exitcode(status)
    if code < 0:
        if -code != signal.SIGKILL:
            signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    os._exit(code)


main()
