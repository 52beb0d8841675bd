"""The book's entries as the calls that a customer is billed for: a voice session is one, however often it answers."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import chain

from provider.book import Count, Entry, Outcome
from provider.voice import SESSION_TASK, TRANSCRIPTION_TASK


def calls(entries: Iterable[Entry]) -> Iterator[Entry]:
    """One entry for each call; that of a session has the sums, and the outcome of its last response.

    A transcription that never came is no call: what times out is the session that waits for it.
    """
    unheard: set[int | None] = set()
    sessions: dict[int, Entry] = {}
    single: list[Entry] = []
    for entry in entries:
        if entry.task == TRANSCRIPTION_TASK and entry.outcome is Outcome.NEVER:
            unheard.add(entry.connection)
        elif entry.connection is None or entry.task != SESSION_TASK:
            single.append(entry)
        else:
            sessions[entry.connection] = _joined(sessions.get(entry.connection), entry)
    held = (replace(entry, outcome=Outcome.NEVER) if key in unheard else entry for key, entry in sessions.items())
    return chain(single, held)


def _joined(so_far: Entry | None, entry: Entry) -> Entry:
    if so_far is None:
        return entry
    told: dict[str, Count] = dict(so_far.told)
    for name, count in entry.told.items():
        told[name] = int(told.get(name, 0)) + int(count)
    return replace(entry, told=told, count=so_far.count + 1)
