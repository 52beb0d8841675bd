"""One project from its first template to its last infographic."""

import asyncio
from dataclasses import dataclass

from interviews_app.barbara import generate_template
from interviews_app.clients import Clients
from interviews_app.domain import (
    CollectionAnalytics,
    CrossInterviewAnalysis,
    Interview,
    ProjectAnalytics,
    SessionSummary,
    Template,
)
from interviews_app.edges import Project, refresh_edge, session_edge, template_edge
from interviews_app.jobs import run_job
from interviews_app.refreshes import refresh_collection, refresh_project, refresh_template
from interviews_app.sessions import close_interview, hold_interview, take_recording

COLLECTION = "spring-interviews"
TOPICS = ("loyalty", "price")
VOICES = 2
SILENCE = bytes(320)
"""Ten milliseconds of PCM audio: the local provider does not listen closely."""


@dataclass(frozen=True, slots=True)
class Study:
    """One template, the interviews that followed it and what they say together."""

    template: Template
    interviews: tuple[Interview, ...]
    summaries: tuple[SessionSummary, ...]
    analysis: CrossInterviewAnalysis


@dataclass(frozen=True, slots=True)
class Played:
    """Everything that the product made."""

    studies: tuple[Study, ...]
    collection: CollectionAnalytics
    project: ProjectAnalytics


async def play(clients: Clients, project: Project) -> Played:
    """A study of each topic, then the refreshes of their collection and of the whole project."""
    studies = tuple([await _study(clients, project, topic) for topic in TOPICS])
    summaries = [summary for study in studies for summary in study.summaries]
    with refresh_edge(project, collection_id=COLLECTION):
        of_collection = await run_job(lambda: refresh_collection(clients, summaries))
    with refresh_edge(project):
        of_project = await run_job(lambda: refresh_project(clients, [study.analysis for study in studies]))
    return Played(studies, of_collection, of_project)


async def _study(clients: Clients, project: Project, topic: str) -> Study:
    with template_edge(project):
        template = await run_job(lambda: asyncio.to_thread(generate_template, clients, topic))
    voiced = [await _voiced(clients, project, template, number) for number in range(VOICES)]
    summaries = [*(summary for _, summary in voiced), await _recorded(clients, project, template)]
    with refresh_edge(project, template_id=template.id):
        analysis = await run_job(lambda: asyncio.to_thread(refresh_template, clients, summaries))
    return Study(template, tuple(interview for interview, _ in voiced), tuple(summaries), analysis)


async def _voiced(
    clients: Clients, project: Project, template: Template, number: int
) -> tuple[Interview, SessionSummary]:
    with session_edge(project, template.id, COLLECTION, f"{template.id}-voice-{number}"):
        voice = [SILENCE] * len(template.questions)
        held = await run_job(lambda: hold_interview(clients, template, voice))
        return held, await run_job(lambda: asyncio.to_thread(close_interview, clients, held.answers, _unseen))


async def _recorded(clients: Clients, project: Project, template: Template) -> SessionSummary:
    with session_edge(project, template.id, COLLECTION, f"{template.id}-recorded"):
        answer = await run_job(lambda: asyncio.to_thread(take_recording, clients, template.questions[0], SILENCE))
        return await run_job(lambda: asyncio.to_thread(close_interview, clients, [answer], _unseen))


def _unseen(_piece: str) -> None:
    """Nobody is looking while the demonstration runs."""
