"""One question and what was said to it."""

from interviews_app.barbara.repair import read_summary
from interviews_app.clients import Clients
from interviews_app.domain import Answer, QuestionSummary
from interviews_app.prompts import prompt
from tollbook_producers import usage_context
from tollbook_schemas import LLMUseCase

MODEL = "gpt-5-mini"


@usage_context(use_case=LLMUseCase.BARBARA_QUESTION_SUMMARY)
def summarise_question(clients: Clients, answer: Answer) -> QuestionSummary:
    """A sentence; the model answers in JSON, which may need mending."""
    completion = clients.openai.chat.completions.create(
        model=MODEL,
        messages=[
            {"role": "system", "content": prompt("Question summary", answer.question)},
            {"role": "user", "content": answer.transcript},
        ],
        response_format={"type": "json_object"},
    )
    summary = read_summary(clients, completion.choices[0].message.content or "")
    return QuestionSummary(answer.question, summary)
