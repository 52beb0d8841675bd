"""What the demo's calls are: number n is always the same call, made for the same project, session and use case."""

from collections.abc import Iterator
from dataclasses import dataclass

from tollbook_schemas import LLMUseCase

from tollbook_cli.demo.answers import CASES, Case

PROJECTS = ("interviews", "insights")
USE_CASES = (
    LLMUseCase.BARBARA_ANALYSIS,
    LLMUseCase.BARBARA_QUESTION_SUMMARY,
    LLMUseCase.BARBARA_SESSION_SUMMARY,
    LLMUseCase.INFOGRAPHIC_PROJECT_THEMES,
    LLMUseCase.INFOGRAPHIC_PROJECT_INSIGHTS,
)
CALLS_A_SESSION = 12


@dataclass(frozen=True, slots=True)
class PlannedCall:
    """One call to make."""

    number: int
    case: Case
    project_id: str
    session_id: str
    use_case: str


def planned_call(number: int) -> PlannedCall:
    """The call of that number, from 0."""
    session = number // CALLS_A_SESSION
    return PlannedCall(
        number,
        CASES[number % len(CASES)],
        PROJECTS[session % len(PROJECTS)],
        f"session-{session + 1}",
        USE_CASES[number % len(USE_CASES)].value,
    )


def planned_calls(count: int) -> Iterator[PlannedCall]:
    """The first `count` calls."""
    return (planned_call(number) for number in range(count))
