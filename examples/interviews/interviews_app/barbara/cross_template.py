"""What all templates of a project say together."""

from collections.abc import Sequence

from interviews_app.clients import Clients
from interviews_app.domain import CrossInterviewAnalysis, CrossTemplateAnalysis
from interviews_app.prompts import prompt
from tollbook_producers import usage_context
from tollbook_schemas import LLMUseCase

MODEL = "gemini-2.5-pro"
OUTLOOK_MODEL = "gpt-5"


@usage_context(use_case=LLMUseCase.BARBARA_PROJECT_CROSS_TEMPLATE_ANALYSIS)
async def analyse_templates(clients: Clients, analyses: Sequence[CrossInterviewAnalysis]) -> CrossTemplateAnalysis:
    """Their common story, and what to expect."""
    narrative = await _narrative(clients, "\n".join(analysis.narrative for analysis in analyses))
    outlook = await _outlook(clients, narrative)
    return CrossTemplateAnalysis(narrative, outlook)


async def _narrative(clients: Clients, texts: str) -> str:
    chunks = await clients.gemini.aio.models.generate_content_stream(
        model=MODEL, contents=prompt("Cross-template analysis", texts)
    )
    return "".join([chunk.text or "" async for chunk in chunks])


async def _outlook(clients: Clients, narrative: str) -> str:
    async with clients.async_openai.responses.stream(
        model=OUTLOOK_MODEL, instructions=prompt("Outlook"), input=narrative
    ) as stream:
        response = await stream.get_final_response()
    return response.output_text
