"""A processor under test: its process, and how far its marks say that it is."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from support.processor_changelog import read_changelog
from support.processor_flow import Flow
from support.waiting import eventually
from support.workers import WorkerProcess
from tollbook_cli.environment import settings_environment
from tollbook_schemas.rollups import Mark
from tollbook_schemas.settings import Settings
from tollbook_schemas.topics import STREAM_KINDS


@contextmanager
def run_processor(settings: Settings, folder: Path) -> Iterator[WorkerProcess]:
    """Runs `tollbook processor` with these settings until the block ends."""
    log = folder / f"{settings.processor_instance}.log"
    worker = WorkerProcess("processor", {**os.environ, **settings_environment(settings)}, log)
    try:
        yield worker
    finally:
        if worker.exit_code is None:
            worker.stop()


def wait_until_folded(settings: Settings, flow: Flow, timeout: float = 60) -> None:
    """Waits until the marks say that all of the flow is folded."""

    def unfolded() -> dict[tuple[str, int], int]:
        behind = {}
        for kind in STREAM_KINDS:
            topic = settings.topics.source(kind)
            marks = read_changelog(settings.kafka, settings.topics.changelog(kind), kind).marks
            for (written_to, partition), offset in flow.last.items():
                if written_to == topic and marks.get(partition, Mark(-1)).through < offset:
                    behind[(topic, partition)] = offset
        return behind

    def nothing_is_behind() -> bool:
        behind = unfolded()
        assert not behind, f"not yet folded: {behind}"
        return True

    eventually(nothing_is_behind, timeout)
