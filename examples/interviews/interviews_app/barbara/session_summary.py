"""A finished interview in a headline and a paragraph."""

from collections.abc import Callable, Sequence

from interviews_app.clients import Clients
from interviews_app.domain import QuestionSummary, SessionSummary
from interviews_app.prompts import prompt
from tollbook_producers import usage_context
from tollbook_schemas import LLMUseCase

MODEL = "gpt-5"
HEADLINE_MODEL = "gpt-5-nano"


@usage_context(use_case=LLMUseCase.BARBARA_SESSION_SUMMARY)
def summarise_session(
    clients: Clients, questions: Sequence[QuestionSummary], show: Callable[[str], None]
) -> SessionSummary:
    """The paragraph is shown piece by piece while it is being written."""
    text = _written(clients, "\n".join(question.summary for question in questions), show)
    headline = _headline(clients, text)
    return SessionSummary(headline, text, tuple(questions))


def _written(clients: Clients, summaries: str, show: Callable[[str], None]) -> str:
    pieces = []
    with clients.openai.chat.completions.create(
        model=MODEL,
        messages=[{"role": "user", "content": prompt("Session summary", summaries)}],
        stream=True,
    ) as stream:
        for chunk in stream:
            piece = chunk.choices[0].delta.content or ""
            pieces.append(piece)
            show(piece)
    return "".join(pieces)


def _headline(clients: Clients, text: str) -> str:
    response = clients.openai.responses.create(model=HEADLINE_MODEL, instructions=prompt("Headline"), input=text)
    return response.output_text
