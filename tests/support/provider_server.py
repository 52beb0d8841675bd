"""A local server that speaks the wire JSON and the event streams of OpenAI and Gemini, well or badly."""

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Literal, Self

TRICKLE_SECONDS = 0.02

Manner = Literal["whole", "trickle_body", "trickle_headers", "silent", "cut", "stall"]


@dataclass(frozen=True)
class Reply:
    """What the server does with a request. A trickle never ends by itself and a silent reply never begins.

    With `chunks` the body is sent in these pieces, each in a write of its own, as an event stream unless the headers
    say otherwise. Such a body may be `cut` (the connection breaks after the last piece) or `stall` (nothing comes after
    it, until the client leaves).
    """

    body: object = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    manner: Manner = "whole"
    chunks: Sequence[bytes] | None = None

    def encoded(self) -> bytes:
        """The body on the wire: bytes as they are, anything else as JSON."""
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


@dataclass(frozen=True)
class Asked:
    """A request that arrived."""

    path: str
    headers: Mapping[str, str]
    body: dict[str, Any]
    method: str = "POST"


class ProviderServer:
    """A context manager. `reply` decides about every request, in the thread that serves it."""

    def __init__(self, reply: Callable[[Asked], Reply]) -> None:
        self.reply = reply
        self.asked: list[Asked] = []
        self.client_left = threading.Event()
        self._stopping = threading.Event()
        self._http = _Server(("127.0.0.1", 0), _handler(self))
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True)

    @property
    def url(self) -> str:
        """Where it listens, without a path."""
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    @property
    def stopping(self) -> threading.Event:
        """Set when unfinished replies should end."""
        return self._stopping

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping.set()
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is part of the tests, not an error to print."""


def _handler(server: ProviderServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            self._answer("POST")

        def do_GET(self) -> None:
            self._answer("GET")

        def _answer(self, method: str) -> None:
            content = self.rfile.read(int(self.headers.get("content-length", "0")))
            is_json = "json" in self.headers.get("content-type", "json")
            body = json.loads(content or b"{}") if is_json else {}
            asked = Asked(self.path, dict(self.headers), body, method)
            server.asked.append(asked)
            _send(self, server, server.reply(asked))

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class names it so
            pass

    return Handler


def _send(handler: BaseHTTPRequestHandler, server: ProviderServer, reply: Reply) -> None:
    if reply.chunks is not None:
        _send_chunks(handler, server, reply, reply.chunks)
        return
    body = reply.encoded()
    head = _head(reply, "application/json") + "content-length: {}\r\n"
    if reply.manner == "whole":
        handler.wfile.write(head.format(len(body)).encode() + b"\r\n" + body)
    elif reply.manner == "silent":
        _wait_until_left(handler, server)
    elif reply.manner == "trickle_headers":
        _trickle(handler, server, head.format(10**6).encode() + b"x-slow: ")
    else:
        _trickle(handler, server, head.format(10**6).encode() + b"\r\n")


def _head(reply: Reply, content_type: str) -> str:
    headers = {"content-type": content_type, **reply.headers}
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"HTTP/1.1 {reply.status} Reply\r\n{lines}"


def _send_chunks(
    handler: BaseHTTPRequestHandler, server: ProviderServer, reply: Reply, chunks: Sequence[bytes]
) -> None:
    head = _head(reply, "text/event-stream") + "transfer-encoding: chunked\r\n\r\n"
    try:
        handler.wfile.write(head.encode())
        for chunk in chunks:
            handler.wfile.write(b"%x\r\n%s\r\n" % (len(chunk), chunk))
    except OSError:
        handler.close_connection = True
        server.client_left.set()
        return
    if reply.manner == "whole":
        handler.wfile.write(b"0\r\n\r\n")
    elif reply.manner == "cut":
        handler.close_connection = True
    else:
        _wait_until_left(handler, server)


def _trickle(handler: BaseHTTPRequestHandler, server: ProviderServer, start: bytes) -> None:
    handler.close_connection = True
    try:
        handler.wfile.write(start)
        while not server.stopping.wait(TRICKLE_SECONDS):
            handler.wfile.write(b" ")
    except OSError:
        server.client_left.set()


def _wait_until_left(handler: BaseHTTPRequestHandler, server: ProviderServer) -> None:
    handler.close_connection = True
    handler.connection.settimeout(TRICKLE_SECONDS)
    while not server.stopping.is_set():
        try:
            if not handler.connection.recv(1):
                break
        except TimeoutError:
            continue
        except OSError:
            break
    else:
        return
    server.client_left.set()
