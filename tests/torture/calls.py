"""Calls of app workers as they are written down by whoever makes them, before anything of the product sees them."""

import os
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from secrets import token_hex
from typing import Literal, NamedTuple

Outcome = Literal["success", "missing_usage", "error"]


class Call(NamedTuple):
    """What a call is about and how it is going to end. `name` is its operation_id: no other call has it."""

    name: str
    project: str
    session: str
    model: str
    use_case: str
    outcome: Outcome
    prompt: int
    completion: int


def random_call(random: Random, name: str) -> Call:
    """Any call."""
    choose = random.choice
    return Call(
        name,
        f"project-{random.randint(1, 3)}",
        f"session-{random.randint(1, 60)}",
        choose(("gpt-4.1", "gpt-4.1-mini")),
        choose(("barbara_analysis", "alvia_transcription")),
        choose(("success",) * 8 + ("missing_usage", "error")),
        random.randint(0, 40_000),
        random.randint(0, 900),
    )


class Notebook:
    """One thread's file of its calls. Every line is in the page cache when a method returns: a kill loses none."""

    def __init__(self, folder: Path) -> None:
        self.name = f"{os.getpid()}-{token_hex(6)}"
        self._descriptor = os.open(folder / self.name, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def planned(self, call: Call) -> None:
        """The product is asked next: from here on there may be an event."""
        self._write("planned", *map(str, call))

    def began(self, call: Call) -> None:
        """The provider was asked: from here on an event is owed."""
        self._write("began", call.name)

    def ended(self, call: Call) -> None:
        """The product has returned: the event is owed whole."""
        self._write("ended", call.name)

    def _write(self, *words: str) -> None:
        os.write(self._descriptor, "\t".join((*words, str(time.time_ns() // 1_000_000))).encode() + b"\n")


@dataclass(slots=True)
class Noted:
    """A call and the times (ms) at which it was planned, began and ended, None where that was not reached."""

    call: Call
    planned_ms: int
    began_ms: int | None = None
    ended_ms: int | None = None


@dataclass(slots=True)
class Notebooks:
    """All that app workers wrote down, read further at each look."""

    folder: Path
    calls: dict[str, Noted] = field(default_factory=dict)
    _read: dict[Path, int] = field(default_factory=dict)

    def look(self) -> None:
        """Read what is new."""
        for path in self.folder.iterdir():
            begin = self._read.get(path, 0)
            with path.open("rb") as file:
                file.seek(begin)
                whole, newline, _torn = file.read().rpartition(b"\n")
            self._read[path] = begin + len(whole) + len(newline)
            self._take(whole.decode().splitlines())

    def _take(self, lines: Iterable[str]) -> None:
        for line in lines:
            word, *given, at = line.split("\t")
            if word == "planned":
                name, project, session, model, use_case, outcome, prompt, completion = given
                call = Call(name, project, session, model, use_case, _outcome(outcome), int(prompt), int(completion))
                self.calls[name] = Noted(call, int(at))
            elif word == "began":
                self.calls[given[0]].began_ms = int(at)
            else:
                self.calls[given[0]].ended_ms = int(at)


def _outcome(text: str) -> Outcome:
    outcomes: tuple[Outcome, ...] = ("success", "missing_usage", "error")
    return next(outcome for outcome in outcomes if outcome == text)
