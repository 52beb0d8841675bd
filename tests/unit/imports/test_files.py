"""What a file may be, what its import is called, and what becomes of its bad rows."""

import gzip
from pathlib import Path

import pytest

from support.import_files import HEADER, MAPPING, check, events_of, write_csv
from tollbook_producers.imports import ImportFileError, ImportMapping, MappingError, RejectsWriter, open_table

GOOD = ("2023-11-16 18:15:46.680,gpt-4o,374,44", "2023-11-16 19:00:00.000,gpt-4o,396,109")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "first line is empty"),
        (b"\n\n", "first line is empty"),
        (b"time,time\n1,2\n", "'time' stands twice"),
        (f"{HEADER}\n1700158546,caf\xe9,1,2\n".encode("latin-1"), "line 2 is not UTF-8"),
        (b"\x1f\x8bnot gzip", "cannot be read"),
        (gzip.compress(HEADER.encode() * 500, mtime=0)[:40], "cannot be read"),
    ],
)
def test_an_unreadable_file_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    with pytest.raises(ImportFileError, match=message):
        check(path)


@pytest.mark.parametrize(("name", "message"), [("none.csv", "no such file"), ("", "not a file")])
def test_what_is_no_file_is_refused(tmp_path: Path, name: str, message: str) -> None:
    with pytest.raises(ImportFileError, match=message):
        check(tmp_path / name)


def test_a_missing_column_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MappingError, match="no column 'time'"):
        check(write_csv(tmp_path / "a.csv", header="when,model,prompt,completion"))


def test_the_check_counts_and_names_the_windows(tmp_path: Path) -> None:
    result = check(write_csv(tmp_path / "a.csv", *GOOD, "soon,m,1,2"))
    assert (result.check.rows, result.check.good, result.check.bad, result.check.calls) == (3, 2, 1, 2)
    assert result.check.windows == (1_700_157_600_000, 1_700_161_200_000)
    assert [bad.line for bad in result.bad] == [4]


def test_packing_byte_order_mark_and_name_do_not_change_events(tmp_path: Path) -> None:
    plain = write_csv(tmp_path / "a.csv", *GOOD)
    packed = tmp_path / "b.csv.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    marked = tmp_path / "c.csv"
    marked.write_bytes(b"\xef\xbb\xbf" + plain.read_bytes().replace(b"\n", b"\r\n"))
    assert check(plain).check.import_id == check(packed).check.import_id
    assert events_of(plain) == events_of(packed) == events_of(marked)


def test_the_import_id_follows_content_and_mapping(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", *GOOD)
    first = check(path).check.import_id
    assert first.startswith("imp_")
    assert len(first) == len("imp_") + 32
    other = ImportMapping(MAPPING.columns, {**MAPPING.constants, "environment": "test"})
    assert check(path, other).check.import_id != first
    assert check(write_csv(path, *GOOD[::-1])).check.import_id != first


def write_rejects(source: Path, rejects: Path) -> None:
    with open_table(source, ",") as opened:
        header = opened.table.header
    with RejectsWriter(rejects, ",") as writer:
        writer.header(header)
        for bad in check(source).bad:
            writer.add(bad)


def test_mended_rejects_are_the_rows_of_the_mended_file(tmp_path: Path) -> None:
    broken = (GOOD[0], "soon,gpt-4o,396,109", '2023-11-16 18:20:00,"gpt"4o,1,2')
    mended = (GOOD[0], GOOD[1], "2023-11-16 18:20:00,gpt-4o,1,2")
    rejects = tmp_path / "rejects.csv"
    write_rejects(write_csv(tmp_path / "a.csv", *broken), rejects)
    text = rejects.read_text().replace("soon", "2023-11-16 19:00:00.000").replace('"gpt"4o', "gpt-4o")
    rejects.write_text(text)
    assert events_of(rejects) == events_of(write_csv(tmp_path / "b.csv", *mended))[1:]


def test_rejects_of_rejects_do_not_grow(tmp_path: Path) -> None:
    once, twice = tmp_path / "1.csv", tmp_path / "2.csv"
    write_rejects(write_csv(tmp_path / "a.csv", *GOOD, "soon,m,1,2", "soon,m,1"), once)
    write_rejects(once, twice)
    assert once.read_text().splitlines()[0] == f"tollbook_line,tollbook_reason,{HEADER}"
    assert twice.read_text().splitlines()[0] == once.read_text().splitlines()[0]
    assert len(check(twice).bad) == 2


def test_without_a_bad_row_there_is_no_rejects_file(tmp_path: Path) -> None:
    write_rejects(write_csv(tmp_path / "a.csv", *GOOD), tmp_path / "rejects.csv")
    assert [path.name for path in tmp_path.iterdir()] == ["a.csv"]


def test_rejects_cannot_be_written_where_there_is_no_folder(tmp_path: Path) -> None:
    with pytest.raises(ImportFileError, match="cannot be written"), RejectsWriter(tmp_path / "no" / "r.csv", ","):
        pass
