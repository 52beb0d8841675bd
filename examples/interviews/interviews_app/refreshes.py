"""Jobs that make analytics anew: of a template, a collection, a project."""

import asyncio
from collections.abc import Sequence

from interviews_app.barbara import analyse_interviews, analyse_templates
from interviews_app.clients import Clients
from interviews_app.domain import (
    CollectionAnalytics,
    CrossInterviewAnalysis,
    Infographic,
    ProjectAnalytics,
    SessionSummary,
)
from interviews_app.infographics import COLLECTION_INFOGRAPHICS, PROJECT_INFOGRAPHICS
from interviews_app.infographics.making import InfographicKind


def refresh_template(clients: Clients, summaries: Sequence[SessionSummary]) -> CrossInterviewAnalysis:
    """What all interviews of a template say."""
    return analyse_interviews(clients, summaries)


async def refresh_collection(clients: Clients, summaries: Sequence[SessionSummary]) -> CollectionAnalytics:
    """What the interviews of a collection say, with its pictures."""
    analysis = await asyncio.to_thread(analyse_interviews, clients, summaries)
    return CollectionAnalytics(analysis, await _drawn(clients, COLLECTION_INFOGRAPHICS, analysis.narrative))


async def refresh_project(clients: Clients, analyses: Sequence[CrossInterviewAnalysis]) -> ProjectAnalytics:
    """What all templates of a project say, with its pictures."""
    analysis = await analyse_templates(clients, analyses)
    return ProjectAnalytics(analysis, await _drawn(clients, PROJECT_INFOGRAPHICS, analysis.narrative))


async def _drawn(clients: Clients, kinds: Sequence[InfographicKind], findings: str) -> tuple[Infographic, ...]:
    """All pictures at once, in threads (which `to_thread` gives the context); one that fails stops no other."""
    makings = (asyncio.to_thread(kind.make, clients, findings) for kind in kinds)
    made = await asyncio.gather(*makings, return_exceptions=True)
    for result in made:
        if isinstance(result, BaseException):
            raise result
    return tuple(result for result in made if isinstance(result, Infographic))
