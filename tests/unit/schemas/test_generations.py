"""Which generation is live, and how it is said."""

import pytest

from tollbook_schemas.generations import BadGenerationError, Generations, encode_generation, read_generations
from tollbook_schemas.settings import Settings


def test_the_highest_of_each_kind_is_live() -> None:
    records = [encode_generation("live", 3), encode_generation("import", 2), encode_generation("live", 2)]
    assert read_generations(records, Generations()) == Generations(3, 2)
    assert read_generations([], Generations(4, 1)) == Generations(4, 1)


@pytest.mark.parametrize(
    "record",
    [
        (b"live", b"{}"),
        (b"live", b'{"generation": "2"}'),
        (b"live", b'{"generation": 0}'),
        (b"other", b"{}"),
        (None, None),
    ],
)
def test_what_no_replay_wrote_is_refused(record: tuple[bytes | None, bytes | None]) -> None:
    with pytest.raises(BadGenerationError, match="not ours"):
        read_generations([record], Generations())


def test_changelogs_and_groups_are_named_after_their_generation() -> None:
    first = Settings(topic_prefix="t.")
    assert (first.topics.rollups, first.topics.import_rollups) == ("t.usage-rollups", "t.import-rollups")
    assert first.generations.suffix == ""
    second = first.of_generations(first.generations.having("live", 2))
    assert (second.topics.rollups, second.topics.import_rollups) == ("t.usage-rollups.g2", "t.import-rollups")
    both = second.of_generations(second.generations.having("import", 5))
    assert (both.topics.import_rollups, both.topics.events) == ("t.import-rollups.g5", "t.usage-events")
    assert len({first.generations.suffix, second.generations.suffix, both.generations.suffix}) == 3
