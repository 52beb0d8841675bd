"""A provider whose every answer is full of markers; it answers, refuses, talks nonsense or breaks off."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any, Literal

from support.privacy_answers import ERROR, GEMINI_ERROR, answer_to, on_the_wire, stream_of, with_usage
from support.privacy_markers import OUTPUT, OUTPUT_WORD, planted

Manner = Literal["answers", "smuggles", "refuses", "nonsense", "breaks off", "fails midway", "silent"]


@dataclass
class Behaviour:
    """How every request is treated; `usage` is what stands in the place of usage while it smuggles."""

    manner: Manner = "answers"
    usage: object = None


class LeakyServer(ThreadingHTTPServer):
    """Listens on a free loopback port. `heard` are the raw requests; `arrived` is set by one that meets silence."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.behaviour = Behaviour()
        self.heard: list[bytes] = []
        self.arrived = Event()
        self.closing = Event()

    @property
    def url(self) -> str:
        """Where it answers, without a path."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is part of the tests."""


@contextmanager
def leaky_server() -> Iterator[LeakyServer]:
    """A server that runs until the block ends."""
    server = LeakyServer()
    thread = Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.closing.set()
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    server: LeakyServer
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("content-length", "0")))
        self.server.heard.append(bytes(self.headers) + raw)
        is_json = self.headers.get("content-type", "").startswith("application/json")
        asked = json.loads(raw) if is_json and raw else {}
        streamed = bool(asked.get("stream")) or ":streamGenerateContent" in self.path
        manner = self.server.behaviour.manner
        if manner == "silent":
            self.server.arrived.set()
            self.server.closing.wait(60)
        elif manner == "refuses":
            self._send(400, json.dumps(planted(GEMINI_ERROR if "/v1beta/" in self.path else ERROR)).encode())
        elif manner == "nonsense":
            self._send(200, f"<html>{OUTPUT} {OUTPUT_WORD}".encode())
        else:
            self._send(200, self._events() if streamed else self._answer(), cut=manner == "breaks off")

    do_GET = do_POST  # noqa: N815  # the base class names it so

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class names it so
        pass

    def _answer(self) -> bytes:
        return json.dumps(self._touched(answer_to(self.path))).encode()

    def _events(self) -> bytes:
        chunks = [self._touched(chunk) for chunk in stream_of(self.path)]
        if self.server.behaviour.manner == "fails midway":
            event = {"type": "error", "code": OUTPUT_WORD, "message": OUTPUT, "sequence_number": 1}
            chunks[1:] = [{**planted(ERROR, OUTPUT_WORD), **event}]
        return on_the_wire(chunks, done="/v1beta/" not in self.path)

    def _touched(self, answer: Any) -> Any:
        touched = planted(answer)
        smuggles = self.server.behaviour.manner == "smuggles"
        return with_usage(touched, self.server.behaviour.usage) if smuggles else touched

    def _send(self, status: int, body: bytes, *, cut: bool = False) -> None:
        self.close_connection = True
        self.send_response(status, OUTPUT)
        self.send_header("content-type", "application/json" if body[:1] == b"{" else "text/event-stream")
        self.send_header("content-length", str(len(body)))
        self.send_header("connection", "close")
        self.send_header("x-request-id", "req_1")
        for name in ("openai-organization", "x-said", "openai-processing-ms", "retry-after"):
            self.send_header(name, OUTPUT)
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if cut else body)
