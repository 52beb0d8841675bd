"""Folders with lines, made without a process that dies."""

from collections.abc import Sequence
from pathlib import Path

from tollbook_producers.spool.folder import make_folder
from tollbook_producers.spool.line import encode
from tollbook_producers.spool.owner import Destination, Owner
from tollbook_producers.spool.segment import segment_path
from tollbook_producers.spool.tail import Tail
from tollbook_schemas.ids import new_event_id_text

HERE = Destination("127.0.0.1:9", "tollbook.usage-events", "0123456789abcdef")
FACTS = {"use_case": "x", "provider": "p", "model": "m", "status": "error", "error_type": "interrupted"}


def left_records(count: int) -> list[list[object]]:
    """Events without a beginning."""
    return [["l", call_id(), {**FACTS, "session_id": str(number)}] for number in range(count)]


def write_segment(folder: Path, number: int, records: Sequence[Sequence[object]]) -> bytes:
    """Write a segment of whole lines; returns its bytes."""
    content = b"".join(encode(record) for record in records)
    segment_path(folder, number).write_bytes(content)
    return content


def read_all(folder: Path) -> tuple[list[list[object]], Tail]:
    """All records of a folder that nobody writes to, and the tail that read them."""
    tail = Tail(folder, lambda _: True)
    found = []
    while not tail.at_end:
        found += [line.record for line in tail.read()]
    return found, tail


def dead_folder(spool: Path, records: Sequence[Sequence[object]], destination: Destination = HERE) -> Owner:
    """A folder with one segment whose lock is held by the caller until it releases it."""
    owner = make_folder(spool, destination)
    write_segment(owner.folder, 1, records)
    return owner


def call_id() -> str:
    """The id of a call."""
    return new_event_id_text()
