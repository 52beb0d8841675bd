"""What else to ask."""

from collections.abc import Sequence

from google.genai.types import GenerateContentConfig
from pydantic import BaseModel

from interviews_app.barbara.classify import classify
from interviews_app.clients import Clients
from interviews_app.domain import AdditionalQuestions, Answer
from interviews_app.errors import UnusableAnswerError
from interviews_app.prompts import prompt
from tollbook_producers import usage_context
from tollbook_schemas import LLMUseCase

MODEL = "gemini-2.5-flash"


class Questions(BaseModel):
    """The form in which the model is asked to answer."""

    questions: list[str]


@usage_context(use_case=LLMUseCase.BARBARA_ADDITIONAL_QUESTIONS)
async def suggest_questions(clients: Clients, answers: Sequence[Answer]) -> AdditionalQuestions:
    """Questions that follow from the answers so far, and whether they are new."""
    questions = await _suggested(clients, "\n".join(answer.transcript for answer in answers))
    novelty = await classify(clients, "Duplicate check", "\n".join(questions))
    return AdditionalQuestions(questions, novelty)


async def _suggested(clients: Clients, said: str) -> tuple[str, ...]:
    response = await clients.gemini.aio.models.generate_content(
        model=MODEL,
        contents=prompt("Additional questions", said),
        config=GenerateContentConfig(response_mime_type="application/json", response_schema=Questions),
    )
    if not isinstance(response.parsed, Questions):
        raise UnusableAnswerError("no questions were suggested: run the job again")
    return tuple(response.parsed.questions)
