"""A door of plain TCP before a server: while it is shut, connections are refused and open ones are cut.

Bytes go through unread, so it stands before Prefect (websockets too) and before S3 (signed requests) alike.
"""

import socket
import struct
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

_PIECE = 64 * 1024
_RESET = struct.pack("ii", 1, 0)  # a linger of zero: close answers with RST


class Gate:
    """Listens on a port of 127.0.0.1 that stays the same, however often it is shut and opened."""

    def __init__(self, upstream: str) -> None:
        """`upstream` is the server's `host:port`."""
        host, _, port = upstream.rpartition(":")
        self._upstream = (host, int(port))
        self._lock = threading.RLock()
        self._listener: socket.socket | None = None
        self._port = 0
        self._pairs: set[tuple[socket.socket, socket.socket]] = set()
        self._timer: threading.Timer | None = None
        self.heard: Callable[[bytes], object] | None = None
        """What is told of each piece that a client sends, before it goes on."""

    @property
    def host(self) -> str:
        """`127.0.0.1:PORT`."""
        return f"127.0.0.1:{self._port}"

    def open(self) -> None:
        """Let connections through, from now on."""
        with self._lock:
            if self._listener is not None:
                return
            listener = socket.create_server(("127.0.0.1", self._port), backlog=256)
            self._port = listener.getsockname()[1]
            self._listener = listener
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def shut(self, seconds: float | None = None) -> None:
        """Refuse and cut everything: for so many seconds (None: until `open`)."""
        with self._lock:
            if self._listener is not None:
                self._listener.shutdown(socket.SHUT_RDWR)  # wakes `accept`, which `close` alone does not
                self._listener.close()
                self._listener = None
                if seconds is not None:
                    self._timer = threading.Timer(seconds, self.open)
                    self._timer.daemon = True
                    self._timer.start()
            pairs, self._pairs = self._pairs, set()
        for client, server in pairs:
            _cut(client, reset=True)
            _cut(server)

    def cut(self) -> None:
        """Break all open connections once; new ones are let in at once."""
        with self._lock:
            was_open = self._listener is not None
            self.shut()
            if was_open:
                self.open()

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self.shut()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:  # shut
                return
            try:
                server = socket.create_connection(self._upstream, timeout=10)
            except OSError:
                _cut(client, reset=True)
                continue
            server.settimeout(None)
            pair = (client, server)
            with self._lock:
                if self._listener is not listener:
                    _cut(client, reset=True)
                    _cut(server)
                    return
                self._pairs.add(pair)
            for source, sink in (pair, pair[::-1]):
                source.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                threading.Thread(target=self._pump, args=(source, sink, pair), daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket, pair: tuple[socket.socket, socket.socket]) -> None:
        try:
            while piece := source.recv(_PIECE):
                if self.heard and source is pair[0]:
                    self.heard(piece)
                sink.sendall(piece)
            sink.shutdown(socket.SHUT_WR)
        except OSError:  # one end broke, or the gate was shut: what breaks here breaks there
            _cut(pair[0], reset=True)
            _cut(pair[1], reset=True)
            with self._lock:
                self._pairs.discard(pair)
            return
        with self._lock:
            self._pairs.discard(pair)


def _cut(end: socket.socket, *, reset: bool = False) -> None:
    try:
        if reset:
            end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
            end.shutdown(socket.SHUT_RD)  # wakes the other pump, without which `close` resets nothing; sends nothing
        else:
            end.shutdown(socket.SHUT_RDWR)
        end.close()
    except OSError:  # closed already
        return
