"""The provider's HTTP side: every request is dealt with as planned, and entered in the book before it is answered."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event
from typing import Any

from provider.asked import Asked, read_request
from provider.book import Book, Entry, Outcome
from provider.surfaces import Surface, surface_of
from provider.texts import is_known, said

ERROR_STATUS = 500
LONGEST_SILENCE_SECONDS = 120.0


class WebServer(ThreadingHTTPServer):
    """Listens on a free loopback port."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, book: Book) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.book = book
        self.closing = Event()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hung up is nothing to report."""


class _Handler(BaseHTTPRequestHandler):
    server: WebServer
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers["content-length"]))
        asked = read_request(self.path, self.headers["content-type"], raw)
        surface = surface_of(asked)
        if surface is None or not is_known(asked.task.removesuffix(" with tools")):
            self._send(404, {"error": {"code": 404, "message": f"nothing known about {asked.task or asked.path}"}})
        else:
            self._serve(asked, surface, self.server.book.outcome(asked.task))

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the base class names it so
        """The book says it all."""

    def _serve(self, asked: Asked, surface: Surface, outcome: Outcome) -> None:
        bill = surface.bills(self.server.book.number())
        stated = outcome is Outcome.WELL and asked.wants_usage
        answers = outcome in (Outcome.WELL, Outcome.WITHOUT_USAGE)
        told = bill.told(usage=stated) if answers else {}
        self.server.book.enter(Entry(asked.task, asked.model, outcome, told))
        text = said(asked.task.removesuffix(" with tools"))
        if outcome is Outcome.WITH_AN_ERROR:
            self._send(ERROR_STATUS, surface.error(ERROR_STATUS))
        elif asked.is_stream and surface.stream:
            chunks = list(surface.stream(asked, text, bill.wire if stated else None))
            self._stream(chunks if answers else chunks[:1], surface.done, ends=answers)
        elif answers:
            self._send(200, surface.answer(asked, text, bill.wire if stated else None))
        else:
            self._be_silent()

    def _send(self, status: int, answer: dict[str, Any]) -> None:
        content = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(content)))
        self.send_header("x-request-id", "req_local")
        self.end_headers()
        self.wfile.write(content)

    def _stream(self, chunks: list[dict[str, Any]], done: bytes, *, ends: bool) -> None:
        self.close_connection = True
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("connection", "close")
        self.end_headers()
        for chunk in chunks:
            name = f"event: {chunk['type']}\n" if "type" in chunk else ""
            self.wfile.write(f"{name}data: {json.dumps(chunk)}\n\n".encode())
        if ends:
            self.wfile.write(done)
        else:
            self._be_silent()

    def _be_silent(self) -> None:
        self.close_connection = True
        self.server.closing.wait(LONGEST_SILENCE_SECONDS)
