"""What --map and --set may say."""

import pytest

from tollbook_producers.imports import FIELDS, MappingError, parse_mapping
from tollbook_schemas import UsageEvent

MAPS = ["created_at=TIME"]
SETS = ["provider=openai", "model=gpt-4o", "use_case=old_usage"]


def test_fields_are_the_events_own_but_for_its_id_and_version() -> None:
    assert set(UsageEvent.model_fields) - set(FIELDS) == {"id", "schema_version"}


@pytest.mark.parametrize(
    ("maps", "sets", "message"),
    [
        ([*MAPS, "prompt_token=P"], SETS, "did you mean prompt_tokens"),
        ([*MAPS, "id=ID"], SETS, "'id' is no field"),
        ([*MAPS, "created_at=OTHER"], SETS, "created_at is given twice"),
        ([*MAPS, "provider=P"], SETS, "provider: given by --map and by --set"),
        ([*MAPS, "model"], SETS, "write field=COLUMN"),
        (MAPS, [*SETS, "environment="], "write field=value"),
        ([], SETS, "nothing says what created_at is"),
        (MAPS, ["provider=openai"], "nothing says what model, use_case is"),
        (MAPS, [*SETS, "batch=maybe"], "batch is neither true nor false"),
        (MAPS, [*SETS, "prompt_tokens=-1"], "--set prompt_tokens=-1"),
        (MAPS, ["provider=Open AI", *SETS[1:]], "--set provider=Open AI"),
        (MAPS, [*SETS, "status=fine"], "--set status=fine"),
        (MAPS, [*SETS, "tags={"], "tags is not JSON"),
    ],
)
def test_a_bad_mapping_is_refused(maps: list[str], sets: list[str], message: str) -> None:
    with pytest.raises(MappingError, match=message):
        parse_mapping(maps, sets)


@pytest.mark.parametrize("zone", ["Mars/Base", "", "../etc/passwd"])
def test_an_unknown_time_zone_is_refused(zone: str) -> None:
    with pytest.raises(MappingError, match="no time zone"):
        parse_mapping(MAPS, SETS, timezone=zone)


@pytest.mark.parametrize("delimiter", ["", ";;", "\n", '"'])
def test_a_delimiter_is_one_character(delimiter: str) -> None:
    with pytest.raises(MappingError, match="one character"):
        parse_mapping(MAPS, SETS, delimiter)


def test_the_word_tab_is_a_tab() -> None:
    assert parse_mapping(MAPS, SETS, "tab").delimiter == "\t"


def test_an_unknown_column_is_refused_with_those_there_are() -> None:
    mapping = parse_mapping([*MAPS, "prompt_tokens=Tokens"], SETS)
    with pytest.raises(MappingError, match=r"no column 'Tokens' \(did you mean Token\?\); its columns are TIME, Token"):
        mapping.check_header(("TIME", "Token"))


def test_the_order_of_arguments_does_not_change_the_mapping() -> None:
    one = parse_mapping(["created_at=a", "latency_ms=b"], SETS)
    other = parse_mapping(["latency_ms=b", "created_at=a"], SETS[::-1])
    assert one.canonical() == other.canonical()
    assert one.canonical() != parse_mapping(["latency_ms=b", "created_at=a"], SETS, timezone="Asia/Tokyo").canonical()
