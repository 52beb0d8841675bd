"""What the demo's calls are: number n is always the same call, made for the same project, session and use case."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tollbook_cli.demo.answers import CASES, Case
from tollbook_schemas import LLMUseCase

PROJECTS = ("interviews", "insights")
USE_CASES: Mapping[str, tuple[LLMUseCase, ...]] = {
    "gpt-4.1-nano": (LLMUseCase.BARBARA_QUESTION_SUMMARY, LLMUseCase.BARBARA_SESSION_SUMMARY),
    "gpt-5-mini": (LLMUseCase.BARBARA_ANALYSIS,),
    "gpt-audio-1.5": (LLMUseCase.ALVIA_REALTIME,),
    "gemini-2.5-flash": (LLMUseCase.INFOGRAPHIC_PROJECT_THEMES,),
    "gemini-3-pro-preview": (LLMUseCase.INFOGRAPHIC_PROJECT_INSIGHTS,),
}
"""What each model is asked for; sessions take turns where there are several."""
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
    case = CASES[number % len(CASES)]
    use_cases = USE_CASES[case.answer.model]
    return PlannedCall(
        number,
        case,
        PROJECTS[session % len(PROJECTS)],
        f"session-{session + 1}",
        use_cases[session % len(use_cases)].value,
    )


def planned_calls(count: int) -> Iterator[PlannedCall]:
    """The first `count` calls."""
    return (planned_call(number) for number in range(count))
