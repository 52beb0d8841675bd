"""Rows become events with ids that never change, or say why they do not."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from support.import_files import HEADER, LATEST_MS, MAPPING, convert_all, events_of, write_csv
from tollbook_producers.imports import BadRow, ImportMapping, RepeatedRow, RowConverter
from tollbook_producers.imports.table import SourceRow
from tollbook_schemas import LLMUsageStatus, UsageEvent, derived_event_id

ROW = "2023-11-16 18:15:46.6805900,gpt-4o,374,44"
WITH_SOURCE = ImportMapping({**MAPPING.columns, "source_id": "request"}, MAPPING.constants)


def only_bad(path: Path, mapping: ImportMapping = MAPPING) -> BadRow:
    (row,) = convert_all(path, mapping)
    assert isinstance(row, BadRow)
    return row


def test_a_row_becomes_an_event(tmp_path: Path) -> None:
    (event,) = events_of(write_csv(tmp_path / "a.csv", ROW))
    assert (event.prompt_tokens, event.completion_tokens, event.total_tokens) == (374, 44, None)
    assert (event.provider, event.model, event.use_case) == ("openai", "gpt-4o", "old_usage")
    assert event.status is LLMUsageStatus.SUCCESS
    assert event.created_at.isoformat() == "2023-11-16T18:15:46.680000+00:00"


def test_an_empty_cell_is_null_and_not_zero(tmp_path: Path) -> None:
    (event,) = events_of(write_csv(tmp_path / "a.csv", "1700158546,gpt-4o,,"))
    assert event.prompt_tokens is None
    assert event.status is LLMUsageStatus.MISSING_USAGE


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("2023-11-16 18:15:46,gpt-4o,374", "has 3 columns where the header has 4"),
        ("2023-11-16 18:15:46,gpt-4o,374,44,1", "has 5 columns where the header has 4"),
        ("2023-11-16 18:15:46,gpt-4o,3.5,44", r"prompt_tokens \(column prompt\) is not a whole number"),
        ("2023-11-16 18:15:46,gpt-4o,-3,44", r"prompt_tokens \(column prompt\): .* greater than or equal to 0"),
        ("soon,gpt-4o,3,44", r"created_at \(column time\) is not a time"),
        (",gpt-4o,3,44", "created_at is empty"),
        ("2023-11-16 18:15:46,,3,44", "model is empty"),
        ("2100-11-16 18:15:46,gpt-4o,3,44", "created_at lies in the future"),
        ("1969-11-16 18:15:46,gpt-4o,3,44", "between 1970"),
        ('2023-11-16 18:15:46,"gpt"4o,3,44', "is not CSV"),
    ],
)
def test_a_bad_row_says_why(tmp_path: Path, row: str, reason: str) -> None:
    bad = only_bad(write_csv(tmp_path / "a.csv", row))
    assert bad.line == 2
    with pytest.raises(ValueError, match=reason):
        raise ValueError(bad.reason)


def test_rows_after_a_bad_one_keep_their_line_numbers(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", '2023-11-16 18:15:46,"two\nlines",1,2', "", ROW, "soon,m,1,2")
    rows = convert_all(path)
    assert [row.line for row in rows if isinstance(row, BadRow)] == [2, 6]
    assert sum(isinstance(row, UsageEvent) for row in rows) == 1


def test_counts_written_as_whole_decimals_are_counts(tmp_path: Path) -> None:
    (event,) = events_of(write_csv(tmp_path / "a.csv", "1700158546,gpt-4o,12.0,+3"))
    assert (event.prompt_tokens, event.completion_tokens) == (12, 3)


def test_subsets_that_exceed_their_whole_are_a_bad_row(tmp_path: Path) -> None:
    mapping = ImportMapping({**MAPPING.columns, "cached_prompt_tokens": "cached"}, MAPPING.constants)
    bad = only_bad(write_csv(tmp_path / "a.csv", "1700158546,m,3,4,5", header=f"{HEADER},cached"), mapping)
    assert bad.reason.startswith("subsets exceed")


def test_identical_rows_are_calls_of_their_own_with_stable_ids(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", ROW, ROW, ROW)
    ids = [event.id for event in events_of(path)]
    assert len(set(ids)) == 3
    assert ids == [event.id for event in events_of(path)]


def test_the_same_row_in_another_file_has_the_same_id(tmp_path: Path) -> None:
    whole = events_of(write_csv(tmp_path / "a.csv", "1700158546,m,1,2", ROW))
    part = events_of(write_csv(tmp_path / "b.csv", ROW))
    assert part[0].id == whole[1].id


def test_a_source_id_makes_the_event_id_and_is_kept(tmp_path: Path) -> None:
    (event,) = events_of(
        write_csv(tmp_path / "a.csv", "1700158546,m,1,2,req-1", header=f"{HEADER},request"), WITH_SOURCE
    )
    assert event.source_id == "req-1"
    assert event.id == derived_event_id(1_700_158_546_000, "openai", "req-1")


def test_a_source_id_twice_is_a_repeat_or_a_bad_row(tmp_path: Path) -> None:
    rows = ("1700158546,m,1,2,req-1", "1700158546,m,1,2,req-1", "1700158547,m,1,2,req-1", "1700158546,m,9,2,req-1")
    good, repeat, later, other = convert_all(
        write_csv(tmp_path / "a.csv", *rows, header=f"{HEADER},request"), WITH_SOURCE
    )
    assert isinstance(good, UsageEvent)
    assert isinstance(repeat, RepeatedRow)
    assert isinstance(later, BadRow)
    assert isinstance(other, BadRow)
    assert other.reason == "source_id was given to another call in line 2"


@given(st.lists(st.text(max_size=20), min_size=4, max_size=4))
def test_no_text_of_cells_raises(cells: list[str]) -> None:
    converter = RowConverter(MAPPING, HEADER.split(","), LATEST_MS)
    converted = converter.convert(SourceRow(2, ",".join(cells), cells))
    assert isinstance(converted, BadRow)


@given(st.integers(0, LATEST_MS), st.integers(0, 10**10), st.integers(0, 10**10))
def test_good_figures_pass_unchanged(created_s: int, prompt: int, completion: int) -> None:
    seconds = 1_000_000_000 + created_s % 800_000_000
    cells = [str(seconds), "m", str(prompt), str(completion)]
    event = RowConverter(MAPPING, HEADER.split(","), LATEST_MS).convert(SourceRow(2, "", cells))
    assert isinstance(event, UsageEvent)
    assert (event.created_ms, event.prompt_tokens, event.completion_tokens) == (seconds * 1000, prompt, completion)
