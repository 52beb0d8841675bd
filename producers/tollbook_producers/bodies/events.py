"""Server-sent events, read in batches: looking for a few markers in many chunks at once costs next to nothing."""

import orjson

from tollbook_producers.normalize import Reader

BATCH_BYTES = 32 * 1024
_DONE = b"[DONE]"
_BLANK_LINE = b"\n\n"


class Events:
    """Feeds the reader the first message, and those whose bytes hold one of its markers."""

    def __init__(self, reader: Reader) -> None:
        self.is_done = False
        self._reader = reader
        self._markers = (*reader.markers, _DONE)
        self._chunks: list[bytes] = []
        self._size = 0
        self._has_first = False

    def feed(self, data: bytes) -> None:
        """Some bytes of the body."""
        self._chunks.append(data)
        self._size += len(data)
        if self._size > BATCH_BYTES:
            self._catch_up()

    def finish(self, *, is_whole: bool) -> None:  # noqa: ARG002  # the events say themselves whether there are more
        """There are no more bytes."""
        whole = b"".join(self._chunks)
        self._chunks.clear()
        self._read(whole)

    def _catch_up(self) -> None:
        whole = b"".join(self._chunks)
        end = max(whole.rfind(_BLANK_LINE), whole.rfind(b"\r\n\r\n"), whole.rfind(b"\r\r"))
        if end < 0:
            self._size = -len(whole)  # a large event: look again when there is twice as much
            self._chunks = [whole]
            return
        self._chunks = [whole[end:]]
        self._size = 0
        self._read(whole[:end])

    def _read(self, whole: bytes) -> None:
        if b"\r" in whole:  # no JSON holds one
            whole = whole.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        for start in sorted({self._start(whole, at) for at in self._places(whole)}):
            end = whole.find(_BLANK_LINE, start)
            self._read_event(whole[start : end if end >= 0 else len(whole)])

    def _places(self, whole: bytes) -> list[int]:
        """Where the first message and the markers are."""
        places = [] if self._has_first else [max(whole.find(b"data:"), 0)]
        for marker in self._markers:
            at = whole.find(marker)
            while at >= 0:
                places.append(at)
                at = whole.find(marker, max(whole.find(_BLANK_LINE, at), at + 1))
        return places

    @staticmethod
    def _start(whole: bytes, at: int) -> int:
        before = whole.rfind(_BLANK_LINE, 0, at)
        return 0 if before < 0 else before + len(_BLANK_LINE)

    def _read_event(self, event: bytes) -> None:
        payload = data_of(event)
        if payload.startswith(_DONE):
            self.is_done = True
            return
        try:
            message = orjson.loads(payload)
        except orjson.JSONDecodeError:
            return
        self._has_first = True
        self._reader.feed(message)


def data_of(event: bytes) -> bytes:
    """The data of one event, whose lines end with a line feed."""
    return b"\n".join(line[5:].strip() for line in event.split(b"\n") if line.startswith(b"data:"))
