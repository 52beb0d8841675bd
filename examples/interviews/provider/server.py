"""Both sides of the provider, running while a block lasts."""

from threading import Thread
from types import TracebackType
from typing import Self

from websockets.sync.server import serve

from provider.book import Book
from provider.voice import VoiceService
from provider.web import WebServer


class Provider:
    """A context manager; listens on loopback only, on ports that are free."""

    def __init__(self) -> None:
        self.book = Book()
        self._web = WebServer(self.book)
        self._voice = serve(VoiceService(self.book), "127.0.0.1", 0, compression=None)
        self._threads = [
            Thread(target=self._web.serve_forever, args=(0.05,), name="provider-web", daemon=True),
            Thread(target=self._voice.serve_forever, name="provider-voice", daemon=True),
        ]

    @property
    def web_url(self) -> str:
        """Where the HTTP interfaces are; OpenAI's under /v1, xAI's under /xai/v1, Gemini's at the root."""
        return f"http://127.0.0.1:{self._web.server_address[1]}"

    @property
    def voice_url(self) -> str:
        """Where realtime sessions are opened."""
        return f"ws://127.0.0.1:{self._voice.socket.getsockname()[1]}/v1"

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._web.closing.set()
        self._web.shutdown()
        self._web.server_close()
        self._voice.shutdown()
        for thread in self._threads:
            thread.join()
