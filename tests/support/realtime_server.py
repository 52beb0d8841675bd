"""A provider's websocket server on this machine: for each connection it runs a script of the test's."""

import json
import socket
import struct
import threading
from collections.abc import Callable
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self

from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.sync.server import ServerConnection, serve

Script = Callable[["Peer"], None]

_NO_LINGER = struct.pack("ii", 1, 0)


class Peer:
    """The server's end of one connection."""

    def __init__(self, connection: ServerConnection) -> None:
        self._connection = connection
        self.path = connection.request.path if connection.request is not None else ""

    def say(self, *messages: object) -> None:
        """Send messages: bytes and texts as they are, anything else as JSON."""
        for message in messages:
            self._connection.send(message if isinstance(message, str | bytes) else json.dumps(message))

    def hear(self) -> Any:
        """The next message from the client, as JSON."""
        return json.loads(self._connection.recv())

    def close(self, code: int = 1000) -> None:
        """The closing handshake."""
        self._connection.close(code)

    def cut(self) -> None:
        """The network breaks: no close frame, a TCP reset."""
        self._connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
        self._connection.socket.shutdown(socket.SHUT_RDWR)

    def wait_for_close(self) -> None:
        """Until the client has closed or is gone; what it still says is dropped."""
        while True:
            try:
                self._connection.recv()
            except ConnectionClosed:
                return


class RealtimeServer:
    """A context manager. A connection ends well when its script does; `scripts` are used in turn, the last for ever.

    Without any script, connections are refused with HTTP 401.
    """

    def __init__(self, *scripts: Script) -> None:
        self.scripts = list(scripts)
        self.paths: list[str] = []
        self._server = serve(self._handle, "127.0.0.1", 0, process_request=self._refuse)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def url(self) -> str:
        """Where it listens, as an HTTP address without a path."""
        return f"http://127.0.0.1:{self._server.socket.getsockname()[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()

    def _refuse(self, connection: ServerConnection, _request: Request) -> Response | None:
        return None if self.scripts else connection.respond(HTTPStatus.UNAUTHORIZED, "no")

    def _handle(self, connection: ServerConnection) -> None:
        peer = Peer(connection)
        self.paths.append(peer.path)
        script = self.scripts[min(len(self.paths), len(self.scripts)) - 1]
        script(peer)
