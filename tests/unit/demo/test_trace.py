"""The example data is the whole trace, unchanged."""

import gzip
from importlib.resources import files

from support.import_files import check
from tollbook_cli.demo.trace import MAPPING, trace_file, trace_totals, trace_windows
from tollbook_schemas import WindowRule

SIX, SEVEN = 1_700_157_600_000, 1_700_161_200_000
"""2023-11-16 18:00 and 19:00 UTC."""


def test_the_trace_comes_to_the_published_sums() -> None:
    windows = trace_windows(WindowRule())
    assert list(windows) == [SIX, SEVEN]
    assert trace_totals(windows) == {"calls": 28_185, "prompt_tokens": 40_421_844, "completion_tokens": 4_334_561}


def test_workloads_are_those_of_the_two_published_files() -> None:
    rows = gzip.decompress(trace_file().read_bytes()).decode().splitlines()[1:]
    code = [row.split(",") for row in rows if ",code," in row]
    conversation = [row.split(",") for row in rows if ",conv," in row]
    assert (len(code), len(conversation)) == (8_819, 19_366)
    assert (sum(int(row[1]) for row in code), sum(int(row[2]) for row in code)) == (18_059_974, 245_896)
    assert (sum(int(row[1]) for row in conversation), sum(int(row[2]) for row in conversation)) == (
        22_361_870,
        4_088_665,
    )
    assert {row[4] for row in code} == {"azure_code"}
    assert {row[4] for row in conversation} == {"azure_conversation"}


def test_every_timestamp_is_whole() -> None:
    rows = gzip.decompress(trace_file().read_bytes()).decode().splitlines()[1:]
    assert {len(row.split(",")[0]) for row in rows} == {len("2023-11-16 18:15:46.6805900")}


def test_the_import_finds_every_row_good() -> None:
    result = check(trace_file(), MAPPING).check
    assert (result.good, result.bad, result.repeated) == (28_185, 0, 0)
    assert result.windows == (SIX, SEVEN)


def test_the_packed_file_does_not_depend_on_when_it_was_made() -> None:
    assert trace_file().read_bytes()[4:8] == b"\0\0\0\0"


def test_the_attribution_goes_with_the_data() -> None:
    text = files("tollbook_cli").joinpath("example_data", "README.md").read_text(encoding="utf-8")
    for word in ("Azure/AzurePublicDataset", "CC-BY", "Patel", "Splitwise", "ISCA 2024"):
        assert word in text
