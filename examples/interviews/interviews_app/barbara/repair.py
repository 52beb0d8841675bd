"""Models sometimes break off in the middle of their JSON: a small one mends it."""

import json

from pydantic import BaseModel

from interviews_app.clients import Clients
from interviews_app.errors import UnusableAnswerError
from interviews_app.prompts import prompt

MODEL = "gpt-5-nano"


class Summary(BaseModel):
    """What summaries are asked for as."""

    summary: str


def read_summary(clients: Clients, text: str) -> str:
    """The summary in a model's JSON, mended if need be."""
    try:
        return str(json.loads(text)["summary"])
    except (ValueError, KeyError, TypeError):
        return _mended(clients, text)


def _mended(clients: Clients, text: str) -> str:
    response = clients.openai.responses.parse(
        model=MODEL, instructions=prompt("Repair"), input=text, text_format=Summary
    )
    if response.output_parsed is None:
        raise UnusableAnswerError("the summary could not be mended: run the job again")
    return response.output_parsed.summary
