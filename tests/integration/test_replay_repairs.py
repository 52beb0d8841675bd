"""A fold that went wrong, repaired beside the running one."""

from pathlib import Path

import orjson
import pytest

from conftest import MakeSettings
from support.postgres import Database
from support.processor_tampering import Raw, rewrite
from support.replay_scene import Scene, run_supervised
from support.sink_events import import_named
from tollbook_schemas.ids import ms_to_datetime
from tollbook_schemas.rollups import Mark, RollupValue, decode_rollup, encode_value
from tollbook_sinks.audit import audit_database


@pytest.fixture
def scene(make_settings: MakeSettings, database: Database, tmp_path: Path) -> Scene:
    """Two partitions, stamped by the test."""
    return Scene(make_settings(timestamps="CreateTime", ticks=False, partitions=2), database, tmp_path)


def with_wrong_totals(records: list[Raw]) -> list[Raw]:
    """Totals with tokens that nobody used, and counts of records that are right: no audit of a worker sees it."""
    return [record if record.is_mark else record._replace(value=_wrong(record)) for record in records]


def _wrong(record: Raw) -> bytes:
    statement = decode_rollup("live", record.partition, record.key, record.value)
    assert not isinstance(statement, Mark)
    value = statement[1]
    index = 6
    measures = (*value.measures[:index], value.measures[index] + 1000, *value.measures[index + 1 :])
    return encode_value(record.key, RollupValue(value.applied, measures))


def test_a_wrong_fold_is_replaced_and_all_ends_equal(scene: Scene) -> None:
    with run_supervised("processor", scene) as processor, run_supervised("sink", scene) as sink:
        scene.calls(0, 150)
        scene.calls(1, 150)
        scene.close(0)
        scene.calls(2, 100)
        scene.wait_until_stored()
        assert [verdict.state for verdict in scene.maintain().compacted] == ["compacted"]
        scene.calls(2, 20, minute=2, of_window=0)
        scene.close(1)
        scene.calls(3, 60)
        scene.wait_until_stored()
        scene.rows("raise_partials", start_ms=scene.start(1))
        scene.maintain()
        assert scene.states()[:2] == ["compacted", "disputed"]
        assert processor.worker.stop() == 0, processor.worker.output
        rewrite(scene.settings.kafka, scene.settings.topics.rollups, with_wrong_totals)
        processor.worker.restart()
        scene.calls(3, 100, minute=3)
        scene.wait_until_stored()
        assert scene.totals() != scene.truth()

        with scene.flowing(3, minute=3):
            outcome = scene.replay()

        assert (outcome["status"], outcome["generation"]) == ("replaced", 2)
        states = {entry["state"] for entry in outcome["differing"]}
        assert states >= {"disputed"}
        scene.calls(3, 100, minute=4)
        scene.wait_until_stored()
        assert scene.totals() == scene.truth()
        scene.close(3)
        scene.calls(5, 10, minute=20)
        scene.wait_until_stored()
        scene.maintain()
        assert scene.totals() == scene.truth()
        assert set(scene.states()[:4]) == {"compacted"}
        assert processor.restarts == 1
        assert "replaced generation" in sink.worker.output
        assert scene.rows("left_over") == [(0,)]
        report = audit_database(scene.database.owner, scene.settings.window_rule)
        assert report.ok, orjson.dumps(report.as_json())


def test_disputed_windows_alone_are_repaired_and_the_processors_stay(scene: Scene) -> None:
    with run_supervised("processor", scene) as processor, run_supervised("sink", scene):
        scene.calls(0, 60)
        scene.calls(1, 80)
        scene.close(1)
        scene.calls(3, 40)
        scene.wait_until_stored()
        scene.rows("raise_partials", start_ms=scene.start(1))
        scene.rows("forget_partials", start_ms=scene.start(0))
        assert len(scene.maintain().disputed) == 2
        compared = scene.replay("--windows", "disputed", "--dry-run", code=1)
        assert (compared["status"], compared["replaced"]) == ("compared", 0)
        assert len(scene.maintain().disputed) == 2

        outcome = scene.replay("--windows", "disputed", "--why", "a test took totals away")

        assert (outcome["status"], outcome["replaced"], outcome["compared"]) == ("repaired", 2, 2)
        assert len(scene.maintain().compacted) == 2
        assert scene.totals() == scene.truth()
        assert scene.rows("generation", kind="live") == [(1,)]
        assert scene.rows("replays") == [(2, "done"), (3, "done")]
        assert scene.replay("--windows", "disputed")["status"] == "nothing_to_do"
        assert processor.restarts == 0
    assert scene.changelogs() == [scene.settings.topics.rollups]


def test_differences_of_compacted_windows_are_adjusted_once(scene: Scene) -> None:
    with run_supervised("processor", scene), run_supervised("sink", scene):
        scene.calls(0, 60)
        scene.close(0)
        scene.calls(2, 40)
        scene.wait_until_stored()
        assert len(scene.maintain().compacted) == 1
        scene.rows("raise_rollups", start_ms=scene.start(0), project="p1")
        assert scene.totals() != scene.truth()

        reported = scene.replay(code=1)
        assert [entry["state"] for entry in reported["differing"]] == ["compacted"]
        assert scene.totals() != scene.truth()
        outcome = scene.replay("--adjust", "--why", "final rows were changed by hand")

        assert (outcome["generation"], outcome["adjustments"]) == (3, 1)
        assert outcome["differing"][0]["events"] == -1
        assert scene.rows("replay_adjustments") == [("p1", -1, 7)]
        assert scene.totals() == scene.truth()
        again = scene.replay("--adjust", "--why", "once more")
        assert (again["differing"], again["adjustments"]) == ([], 0)
        assert scene.totals() == scene.truth()
    assert scene.changelogs() == [scene.settings.topics.rollups, f"{scene.settings.topics.rollups}.g4"]


def test_a_range_leaves_out_what_began_before_it_but_nothing_that_is_open(scene: Scene) -> None:
    with run_supervised("processor", scene), run_supervised("sink", scene):
        for window in range(4):
            scene.calls(window, 30)
        scene.close(1)
        scene.calls(3, 30, minute=10)
        scene.wait_until_stored()
        scene.rows("raise_partials", start_ms=scene.start(0))
        assert len(scene.maintain().disputed) == 1
        since = f"{ms_to_datetime(scene.start(3)):%Y-%m-%dT%H:%M:%SZ}"

        outcome = scene.replay("--from", since)

        assert outcome["records"] < 150
        assert [entry["state"] for entry in outcome["left_out"]] == ["disputed"]
        assert (outcome["left_out_before"], outcome["differing"]) == (scene.time_of(2), [])
        scene.calls(3, 30, minute=20)
        scene.close(3)
        scene.wait_until_stored()
        scene.maintain()
        assert scene.states()[:4] == ["disputed", "compacted", "compacted", "compacted"]
        assert scene.replay("--windows", "disputed")["status"] == "repaired"
        scene.maintain()
        assert scene.totals() == scene.truth()


def test_imports_are_folded_again_too(scene: Scene) -> None:
    first, second = import_named(1), import_named(2)
    with run_supervised("processor", scene) as processor, run_supervised("sink", scene):
        scene.calls(2, 20)
        scene.imported(first, 0, 60)
        scene.wait_until_stored()
        scene.rows("raise_partials", start_ms=scene.start(0))
        assert len(scene.maintain().disputed) == 1
        assert scene.replay("--imports", "--windows", "disputed")["status"] == "repaired"
        assert len(scene.maintain().compacted) == 1
        assert scene.totals() == scene.truth()
        scene.imported(second, 1, 60)
        scene.wait_until_stored()
        scene.rows("raise_partials", start_ms=scene.start(1))
        assert len(scene.maintain().disputed) == 1

        outcome = scene.replay("--imports")

        assert (outcome["status"], outcome["kind"], outcome["replaced"]) == ("replaced", "import", 1)
        scene.calls(2, 20, minute=2)
        scene.imported(import_named(3), 1, 30)
        scene.wait_until_stored()
        scene.maintain()
        assert scene.totals() == scene.truth()
        assert processor.restarts == 1
