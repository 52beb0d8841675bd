"""Whether an answer has covered the next question already."""

from interviews_app.barbara.classify import classify
from interviews_app.barbara.vectors import cosine
from interviews_app.clients import Clients
from interviews_app.domain import Answer, TopicOverlap
from interviews_app.prompts import prompt
from tollbook_producers import usage_context
from tollbook_schemas import LLMUseCase

MODEL = "text-embedding-3-small"


@usage_context(use_case=LLMUseCase.BARBARA_TOPIC_OVERLAP)
async def measure_overlap(clients: Clients, answer: Answer, next_question: str) -> TopicOverlap:
    """Their likeness by vectors, and a word of judgement."""
    similarity = await _similarity(clients, answer.transcript, next_question)
    judgement = await classify(clients, "Overlap judgement", f"{next_question}\n{answer.transcript}")
    return TopicOverlap(round(similarity, 6), judgement)


async def _similarity(clients: Clients, *texts: str) -> float:
    made = await clients.async_openai.embeddings.create(
        model=MODEL, input=[prompt("Overlap vectors", text) for text in texts], encoding_format="float"
    )
    left, right = made.data
    return cosine(left.embedding, right.embedding)
