"""What an answer says."""

from pydantic import BaseModel

from interviews_app.barbara.classify import classify
from interviews_app.clients import Clients
from interviews_app.domain import Analysis, Answer
from interviews_app.errors import UnusableAnswerError
from interviews_app.prompts import prompt
from tollbook_producers import usage_context
from tollbook_schemas import LLMUseCase

MODEL = "gpt-5-mini"


class Findings(BaseModel):
    """The form in which the model is asked to answer."""

    themes: list[str]
    depth: int


@usage_context(use_case=LLMUseCase.BARBARA_ANALYSIS)
async def analyse_answer(clients: Clients, answer: Answer) -> Analysis:
    """Themes and depth from the large model, the sentiment from the cheap one."""
    findings = await _findings(clients, answer)
    sentiment = await classify(clients, "Sentiment", answer.transcript)
    return Analysis(tuple(findings.themes), findings.depth, sentiment)


async def _findings(clients: Clients, answer: Answer) -> Findings:
    completion = await clients.async_openai.chat.completions.parse(
        model=MODEL,
        messages=[
            {"role": "system", "content": prompt("Answer analysis", answer.question)},
            {"role": "user", "content": answer.transcript},
        ],
        response_format=Findings,
    )
    findings = completion.choices[0].message.parsed
    if findings is None:
        raise UnusableAnswerError("the analysis has no findings: run the job again")
    return findings
