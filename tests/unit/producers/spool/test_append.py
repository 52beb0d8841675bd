"""Bytes arrive as they are, and a disk's refusal is Python's own error."""

import errno
import os
from pathlib import Path

import pytest

from tollbook_producers.spool.append import append


def test_bytes_of_any_kind_arrive(tmp_path: Path) -> None:
    data = bytes(range(256)) * 40
    descriptor = os.open(tmp_path / "file", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    try:
        assert [append(descriptor, data), append(descriptor, b"end")] == [len(data), 3]
    finally:
        os.close(descriptor)
    assert (tmp_path / "file").read_bytes() == data + b"end"


def test_a_refusal_is_an_os_error() -> None:
    with pytest.raises(OSError, match=r"\[Errno") as refused:
        append(-1, b"x")
    assert refused.value.errno == errno.EBADF
    assert append is not os.write


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device here that is always full")
def test_a_full_disk_says_so() -> None:
    descriptor = os.open("/dev/full", os.O_WRONLY | os.O_APPEND)
    try:
        with pytest.raises(OSError, match=r"\[Errno") as refused:
            append(descriptor, b"x")
    finally:
        os.close(descriptor)
    assert refused.value.errno == errno.ENOSPC
