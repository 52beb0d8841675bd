"""What several interviews say together."""

from collections.abc import Sequence

from interviews_app.barbara.vectors import cosine
from interviews_app.clients import Clients
from interviews_app.domain import CrossInterviewAnalysis, SessionSummary
from interviews_app.prompts import prompt
from tollbook_producers import usage_context
from tollbook_schemas import LLMUseCase

VECTOR_MODEL = "gemini-embedding-001"
MODEL = "gpt-5"


@usage_context(use_case=LLMUseCase.BARBARA_CROSS_INTERVIEW_ENHANCED_ANALYSIS)
def analyse_interviews(clients: Clients, summaries: Sequence[SessionSummary]) -> CrossInterviewAnalysis:
    """Their common story, and how alike the first and the last are."""
    texts = [summary.text for summary in summaries]
    agreement = _agreement(clients, texts)
    narrative = _narrative(clients, "\n".join(texts))
    return CrossInterviewAnalysis(narrative, round(agreement, 6))


def _agreement(clients: Clients, texts: Sequence[str]) -> float:
    made = clients.gemini.models.embed_content(
        model=VECTOR_MODEL, contents=[prompt("Theme vectors", text) for text in texts]
    )
    vectors = [vector.values or [] for vector in made.embeddings or []]
    return cosine(vectors[0], vectors[-1])


def _narrative(clients: Clients, texts: str) -> str:
    with clients.openai.responses.create(
        model=MODEL, instructions=prompt("Cross-interview analysis"), input=texts, stream=True
    ) as events:
        return "".join(event.delta for event in events if event.type == "response.output_text.delta")
