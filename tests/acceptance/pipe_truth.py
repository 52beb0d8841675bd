"""The truth about calls, kept by whoever makes them: nothing in it comes from the code under test."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from random import Random

from tollbook_schemas import UsageEvent, new_event_id
from tollbook_schemas.ids import id_to_ms, ms_to_datetime


@dataclass
class Truth:
    """Every call that was made, once."""

    random: Random
    events: dict[str, UsageEvent] = field(default_factory=dict)

    def call(self) -> UsageEvent:
        """A call that ends now."""
        event_id = new_event_id()
        failed = self.random.random() < 0.1
        tokens = None if failed else self.random.randint(0, 5000)
        event = UsageEvent(
            id=event_id,
            created_at=ms_to_datetime(id_to_ms(event_id)),
            provider="openai",
            model=self.random.choice(["gpt-4.1", "gpt-4.1-mini"]),
            use_case="barbara_analysis",
            status="timeout" if failed else "success",
            project_id=f"project-{self.random.randint(1, 3)}",
            session_id=f"session-{self.random.randint(1, 50)}",
            prompt_tokens=tokens,
            completion_tokens=tokens and tokens // 7,
        )
        self.events[str(event_id)] = event
        return event

    def by_project(self) -> list[tuple[object, ...]]:
        """(project, events, successes, timeouts, prompt tokens, completion tokens), sorted."""
        sums: dict[str, Counter[str]] = defaultdict(Counter)
        for event in self.events.values():
            row = sums[str(event.project_id)]
            row["events"] += 1
            row[event.status.value] += 1
            row["prompt"] += event.prompt_tokens or 0
            row["completion"] += event.completion_tokens or 0
        return [
            (project, row["events"], row["success"], row["timeout"], row["prompt"], row["completion"])
            for project, row in sorted(sums.items())
        ]

    def by_session(self) -> list[tuple[object, ...]]:
        """(session, events, prompt tokens), sorted."""
        sums: dict[str, Counter[str]] = defaultdict(Counter)
        for event in self.events.values():
            row = sums[str(event.session_id)]
            row["events"] += 1
            row["prompt"] += event.prompt_tokens or 0
        return [(session, row["events"], row["prompt"]) for session, row in sorted(sums.items())]
