"""A new template from a topic."""

import json

from google.genai.types import GenerateContentConfig

from interviews_app.clients import Clients
from interviews_app.domain import Template
from interviews_app.errors import UnusableAnswerError
from interviews_app.prompts import prompt
from tollbook_producers import usage_context
from tollbook_schemas import LLMUseCase

MODEL = "gemini-2.5-pro"
REVIEW_MODEL = "gpt-5-mini"

_BANK = {"loyalty": "What made you stay?", "price": "What is it worth to you?"}


def questions_about(topic: str) -> str:
    """Find a proven question about a topic in the question bank."""
    return _BANK.get(topic, "")


@usage_context(use_case=LLMUseCase.BARBARA_TEMPLATE_GENERATION)
def generate_template(clients: Clients, topic: str) -> Template:
    """Questions about a topic, drawn from the question bank (the model calls it) and reviewed."""
    questions = _generated(clients, topic)
    verdict = _reviewed(clients, questions)
    return Template(f"template-{topic}", f"{topic}, {verdict}", questions)


def _generated(clients: Clients, topic: str) -> tuple[str, ...]:
    chat = clients.gemini.chats.create(model=MODEL, config=GenerateContentConfig(tools=[questions_about]))
    response = chat.send_message(prompt("Template generation", topic))
    try:
        return tuple(json.loads(response.text or "")["questions"])
    except (ValueError, KeyError) as error:
        raise UnusableAnswerError("no questions were generated: run the job again") from error


def _reviewed(clients: Clients, questions: tuple[str, ...]) -> str:
    with clients.openai.chat.completions.stream(
        model=REVIEW_MODEL,
        messages=[{"role": "user", "content": prompt("Template review", "\n".join(questions))}],
    ) as stream:
        return stream.get_final_completion().choices[0].message.content or ""
