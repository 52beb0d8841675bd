"""A provider on this machine: the HTTP interfaces of OpenAI's chat completions and of Gemini's generateContent.

It answers, fails and hangs as its cases say, and keeps its own book of what it served.
"""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

from tollbook_cli.demo.answers import Answer, Case
from tollbook_cli.demo.plan import planned_call
from tollbook_cli.demo.truth import Served, Truth
from tollbook_schemas import LLMUsageStatus

LONGEST_HANG_SECONDS = 60.0
RETRY_AFTER_MS = "10"
_NUMBER = re.compile(r"call (\d+)")


class ProviderServer(ThreadingHTTPServer):
    """Listens on a free loopback port; `truth` is its book."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.truth = Truth()
        self.closing = Event()

    @property
    def url(self) -> str:
        """Where it answers, without a path."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that gave up is part of the show."""


@contextmanager
def provider_server() -> Iterator[ProviderServer]:
    """A server that runs until the block ends."""
    server = ProviderServer()
    thread = Thread(target=server.serve_forever, args=(0.05,), name="provider-server", daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.closing.set()
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    server: ProviderServer
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        number = int(_NUMBER.findall(_prompt(body))[-1])
        attempt = self.server.truth.begin(number)
        self._serve(number, planned_call(number).case, attempt)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name of the parameter it overrides
        """Nothing is logged: the book says it all."""

    def _serve(self, number: int, case: Case, attempt: int) -> None:
        if case.behaviour == "hangs":
            self.server.truth.end(number, Served(LLMUsageStatus.TIMEOUT))
            self.server.closing.wait(LONGEST_HANG_SECONDS)
            self.close_connection = True
        elif case.behaviour == "fails":
            self._fail(number, case.answer, HTTPStatus.INTERNAL_SERVER_ERROR)
        elif case.behaviour == "refuses" or (case.behaviour == "recovers" and attempt == 1):
            self._fail(number, case.answer, HTTPStatus.TOO_MANY_REQUESTS)
        else:
            self._answer(number, case.answer)

    def _fail(self, number: int, answer: Answer, status: HTTPStatus) -> None:
        self.server.truth.end(number, Served(LLMUsageStatus.ERROR))
        self._send(status, _error(answer, status))

    def _answer(self, number: int, answer: Answer) -> None:
        status = LLMUsageStatus.MISSING_USAGE if answer.usage is None else LLMUsageStatus.SUCCESS
        self.server.truth.end(number, Served(status, answer.counts))
        self._send(HTTPStatus.OK, _chat(number, answer) if answer.provider == "openai" else _gemini(number, answer))

    def _send(self, status: HTTPStatus, body: dict[str, Any]) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(content)))
        self.send_header("x-request-id", "req_local")
        self.send_header("retry-after-ms", RETRY_AFTER_MS)
        self.end_headers()
        self.wfile.write(content)


def _prompt(body: dict[str, Any]) -> str:
    """The text of the last message, of either interface."""
    if "messages" in body:
        return str(body["messages"][-1]["content"])
    return str(body["contents"][-1]["parts"][-1]["text"])


def _chat(number: int, answer: Answer) -> dict[str, Any]:
    message = {"role": "assistant", "content": "Done.", "refusal": None}
    body = {
        "id": f"chatcmpl-local-{number}",
        "object": "chat.completion",
        "created": 1_770_933_883,
        "model": answer.response_model,
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}],
    }
    return body if answer.usage is None else {**body, "usage": answer.usage}


def _gemini(number: int, answer: Answer) -> dict[str, Any]:
    content = {"parts": [{"text": "Done."}], "role": "model"}
    body = {
        "candidates": [{"content": content, "finishReason": "STOP", "index": 0}],
        "modelVersion": answer.response_model,
        "responseId": f"local-{number}",
    }
    return body if answer.usage is None else {**body, "usageMetadata": answer.usage}


def _error(answer: Answer, status: HTTPStatus) -> dict[str, Any]:
    if answer.provider == "openai":
        return {"error": {"message": status.phrase, "type": "server_error", "param": None, "code": None}}
    return {"error": {"code": status.value, "message": status.phrase, "status": "RESOURCE_EXHAUSTED"}}
