"""A replay that is killed anywhere is gone on with or cleaned away, and never half applied; a second one is refused."""

from pathlib import Path

import pytest

from conftest import MakeSettings, Report
from support.postgres import Database
from support.replay_killed import POINTS
from support.replay_scene import Scene, run_supervised
from support.waiting import eventually

UNCOMMITTED = [point for point in POINTS if point not in ("committed, not announced", "announced")]


@pytest.fixture
def scene(make_settings: MakeSettings, database: Database, tmp_path: Path) -> Scene:
    """Two partitions, stamped by the test."""
    return Scene(make_settings(timestamps="CreateTime", ticks=False, partitions=2), database, tmp_path)


def test_killed_at_every_seam_it_is_never_half_applied(scene: Scene, report: Report) -> None:
    with run_supervised("processor", scene) as processor, run_supervised("sink", scene):
        scene.calls(0, 80)
        scene.calls(1, 80)
        scene.close(0)
        scene.calls(2, 40)
        scene.wait_until_stored()
        scene.rows("raise_partials", start_ms=scene.start(0))
        assert len(scene.maintain().disputed) == 1
        wrong = scene.totals()
        for point in UNCOMMITTED:
            scene.kill_replay_at(point)
            assert scene.totals() == wrong, point
            assert scene.rows("generation", kind="live") == [(1,)], point
        scene.kill_replay_at("committed, not announced")
        assert scene.totals() == scene.truth()
        assert (scene.rows("generation", kind="live"), processor.restarts) == ([(5,)], 0)

        outcome = scene.replay()

        assert (outcome["status"], outcome["generation"]) == ("replaced", 5)
        eventually(lambda: processor.restarts == 1)
        scene.calls(2, 40, minute=2)
        scene.wait_until_stored()
        assert scene.totals() == scene.truth()
        scene.kill_replay_at("announced")
        assert scene.replay()["generation"] == 6
        scene.close(2)
        scene.wait_until_stored()
        scene.maintain()
        assert (scene.totals(), set(scene.states()[:3])) == (scene.truth(), {"compacted"})
        assert scene.rows("left_over") == [(0,)]
    states = scene.rows("replays")
    report(f"kills {len(POINTS)}, half applied 0, lost 0, double 0, replays {states}")


def test_a_second_replay_is_refused_while_one_is_at_work(scene: Scene) -> None:
    scene.calls(0, 10)
    with run_supervised("sink", scene):
        first = scene.start_replay()  # it waits for the sink's word on totals, and no processor writes any
        eventually(lambda: scene.rows("replays") == [(2, "folding")])
        second = scene.start_replay()
        second.communicate(timeout=60)
        assert second.returncode == 1
        assert "one administrator's action at a time" in (scene.folder / "replay.log").read_text()
        first.kill()
        first.communicate(timeout=30)
        scene.wait_until_replay_is_gone()
    assert scene.rows("actions") == [("replay", "begun")]
