"""Passes through the edges of the interview product, with a provider of their own."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from secrets import token_hex

from interviews_app.barbara import generate_template
from interviews_app.clients import Clients, open_clients
from interviews_app.domain import Answer, CrossInterviewAnalysis, SessionSummary, Template
from interviews_app.edges import Project, refresh_edge, session_edge, template_edge
from interviews_app.refreshes import refresh_collection, refresh_project, refresh_template
from interviews_app.sessions import close_interview, hold_interview, take_recording
from interviews_app.settings import Settings
from provider import Book, Entry, Outcome, Provider
from support.interviews_paths import Path

AUDIO = bytes(32)
TEMPLATE = Template("t-1", "Loyalty", ("What brought you here?", "What made you stay?"))
ANSWERS = [Answer(TEMPLATE.questions[0], "The price.")]
SUMMARIES = [SessionSummary("h", text, ()) for text in ("They like us.", "They stay.")]
ANALYSES = [CrossInterviewAnalysis("Trust outweighs price.", 0.5)]
SESSION = {"template_id": "t-1", "collection_id": "c-1", "session_id": "s-1"}

Case = tuple[Path, Outcome]
Act = Callable[[Clients], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Staging:
    """How an edge is entered, what goes on inside, and the ids that the edge gives beside the project's."""

    enter: Callable[[Project], AbstractContextManager[None]]
    act: Act
    ids: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Scene:
    """What came of one pass: the product's own result or exception (its class and text), and the provider's book."""

    result: object
    entries: tuple[Entry, ...]
    attribution: Mapping[str, str]


def _session(act: Act) -> Staging:
    return Staging(lambda project: session_edge(project, "t-1", "c-1", "s-1"), act, SESSION)


STAGINGS: Mapping[str, Staging] = {
    "interview": _session(lambda clients: hold_interview(clients, TEMPLATE, [AUDIO, AUDIO])),
    "recording": _session(lambda clients: asyncio.to_thread(take_recording, clients, "What?", AUDIO)),
    "closing": _session(lambda clients: asyncio.to_thread(_closed, clients)),
    "new template": Staging(
        template_edge, lambda clients: asyncio.to_thread(generate_template, clients, "loyalty"), {}
    ),
    "template refresh": Staging(
        lambda project: refresh_edge(project, template_id="t-1"),
        lambda clients: asyncio.to_thread(refresh_template, clients, SUMMARIES),
        {"template_id": "t-1"},
    ),
    "collection refresh": Staging(
        lambda project: refresh_edge(project, collection_id="c-1"),
        lambda clients: refresh_collection(clients, SUMMARIES),
        {"collection_id": "c-1"},
    ),
    "project refresh": Staging(refresh_edge, lambda clients: refresh_project(clients, ANALYSES), {}),
}


def play_scenes(cases: Sequence[Case], patience: float, *, tracked: bool) -> list[Scene]:
    """Play scenes one after the other with the same clients; in each the path's first request has the outcome.

    `patience` is how long, in seconds, the product waits for an answer.
    """

    async def played() -> list[Scene]:
        with Provider() as provider:
            async with open_clients(provider_settings(provider, patience), tracked=tracked) as clients:
                return [await _scene(case, clients, provider.book) for case in cases]

    return asyncio.run(played())


def provider_settings(provider: Provider, patience: float) -> Settings:
    """The product's settings for a provider."""
    return Settings(
        openai_url=f"{provider.web_url}/v1",
        openai_voice_url=provider.voice_url,
        xai_url=f"{provider.web_url}/xai/v1",
        gemini_url=provider.web_url,
        patience=patience,
        environment="test",
    )


async def _scene(case: Case, clients: Clients, book: Book) -> Scene:
    path, outcome = case
    staging = STAGINGS[path.edge]
    project = Project(f"w-{token_hex(8)}", "p-1", "u-1")
    given = {"project_id": "p-1", "end_user_id": "u-1", "environment": "test", **staging.ids}
    before = len(book.entries)
    book.plan(path.task, outcome)
    with staging.enter(project):
        result = await _result(staging.act(clients))
    return Scene(result, book.entries[before:], {"workspace_id": project.workspace_id, **given})


async def _result(act: Awaitable[object]) -> object:
    try:
        return await act
    except Exception as error:  # noqa: BLE001  # whatever it is, it must be the same untracked
        return type(error), str(error)


def _closed(clients: Clients) -> object:
    shown: list[str] = []
    return close_interview(clients, ANSWERS, shown.append), shown
