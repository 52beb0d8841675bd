"""Those that take part, a module each with a function `start`: none of them shares a process with another."""

from collections.abc import Callable
from dataclasses import dataclass

from openai import OpenAI

FLUSH_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Contestant:
    """A client, and `finish`, which sends off what is left after the last call.

    It returns how many calls have left their event; None where the sink counts.
    """

    client: OpenAI
    finish: Callable[[], int | None]
