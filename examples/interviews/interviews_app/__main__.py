"""Play one project against a local provider, and compare the usage events with the provider's own book."""

import argparse
import asyncio
import sys
from collections.abc import Sequence

from interviews_app.account import agrees, table
from interviews_app.clients import open_clients
from interviews_app.edges import Project
from interviews_app.play import Played, play
from interviews_app.settings import Settings
from provider import Book, Outcome, Provider
from tollbook_producers import configure
from tollbook_schemas import Settings as TollbookSettings
from tollbook_schemas import UsageEvent

PATIENCE_SECONDS = 2.0


class Kept(list[UsageEvent]):
    """A publisher that keeps the events at hand; without it they go to Kafka."""

    def publish(self, event: UsageEvent) -> None:
        """Keep an event."""
        self.append(event)

    def flush(self, timeout_seconds: float) -> int:  # noqa: ARG002  # the protocol's parameter
        """Nothing is ever pending."""
        return 0


def main(arguments: Sequence[str]) -> int:
    """Exit code 0 where the events equal the provider's book, else 1."""
    parser = argparse.ArgumentParser(prog="python -m interviews_app", description=__doc__)
    parser.add_argument("--untracked", action="store_true", help="play with plain clients: the same, and no events")
    untracked = parser.parse_args(arguments).untracked
    tracked = not untracked and TollbookSettings().tracking_enabled
    events = Kept()
    configure(publisher=events)
    with Provider() as provider:
        plan_mishaps(provider.book)
        played = asyncio.run(run(provider, tracked=tracked))
    print(f"{summary(played)}; {len(provider.book.entries)} requests.")
    return compare(provider.book, events) if tracked else 0


def compare(book: Book, events: Sequence[UsageEvent]) -> int:
    """Print the events as a table, and whether the provider agrees. Returns the exit code."""
    equal = agrees(book, events)
    print("", *table(events), sep="\n")
    print(f"\nThe provider's book {'equals' if equal else 'DIFFERS FROM'} the events, call by call and count by count.")
    return 0 if equal else 1


def summary(played: Played) -> str:
    """What was made, in a line."""
    interviews = sum(len(study.summaries) for study in played.studies)
    pictures = len(played.collection.infographics) + len(played.project.infographics)
    return f"{len(played.studies)} studies, {interviews} interviews, {pictures} infographics"


def plan_mishaps(book: Book) -> None:
    """What goes wrong in real life: one answer without usage, one that never comes, one error."""
    book.plan("Sentiment", Outcome.WELL, Outcome.WITHOUT_USAGE)
    book.plan("Overlap judgement", Outcome.NEVER)
    book.plan("Headline", Outcome.WITH_AN_ERROR)


async def run(provider: Provider, *, tracked: bool) -> Played:
    """Play one project with clients of this provider."""
    settings = Settings(
        openai_url=f"{provider.web_url}/v1",
        openai_voice_url=provider.voice_url,
        xai_url=f"{provider.web_url}/xai/v1",
        gemini_url=provider.web_url,
        patience=PATIENCE_SECONDS,
    )
    async with open_clients(settings, tracked=tracked) as clients:
        return await play(clients, Project("acme", "why-they-stay", "researcher-7"))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
