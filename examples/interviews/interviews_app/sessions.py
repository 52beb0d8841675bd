"""Requests about one interview: hold it, take in a recorded one, close it."""

from collections.abc import Callable, Sequence
from itertools import pairwise

from interviews_app.alvia import interview, transcribe_recording
from interviews_app.barbara import (
    analyse_answer,
    measure_overlap,
    suggest_questions,
    summarise_question,
    summarise_session,
)
from interviews_app.clients import Clients
from interviews_app.domain import Answer, Interview, SessionSummary, Template


async def hold_interview(clients: Clients, template: Template, voice: Sequence[bytes]) -> Interview:
    """Interview somebody and analyse every answer."""
    answers = await interview(clients, template, voice)
    analyses = [await analyse_answer(clients, answer) for answer in answers]
    overlaps = [await measure_overlap(clients, answer, after.question) for answer, after in pairwise(answers)]
    additional = await suggest_questions(clients, answers)
    return Interview(answers, tuple(analyses), tuple(overlaps), additional)


def take_recording(clients: Clients, question: str, recording: bytes) -> Answer:
    """An answer that was recorded elsewhere."""
    return Answer(question, transcribe_recording(clients, recording))


def close_interview(clients: Clients, answers: Sequence[Answer], show: Callable[[str], None]) -> SessionSummary:
    """Summarise a finished interview; the summary is shown while it is written."""
    return summarise_session(clients, [summarise_question(clients, answer) for answer in answers], show)
