"""Dead letters: what they are, and what was decided of them. They stay for ever; decisions are rows beside them."""

from tollbook_sinks.dead_letters.choice import Choice, LetterState
from tollbook_sinks.dead_letters.decisions import discard, mark_sent, requeue, unsent_imports
from tollbook_sinks.dead_letters.letter import BadPlaceError, Letter, LetterCount, Place
from tollbook_sinks.dead_letters.listing import count_letters, list_letters
from tollbook_sinks.dead_letters.reasons import REASONS, explain
from tollbook_sinks.dead_letters.waiting import Waiting, expired_days, letters_of_import, recorded_digests, undecided

__all__ = [
    "REASONS",
    "BadPlaceError",
    "Choice",
    "Letter",
    "LetterCount",
    "LetterState",
    "Place",
    "Waiting",
    "count_letters",
    "discard",
    "expired_days",
    "explain",
    "letters_of_import",
    "list_letters",
    "mark_sent",
    "recorded_digests",
    "requeue",
    "undecided",
    "unsent_imports",
]
