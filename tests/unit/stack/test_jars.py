"""The lock of Kafka's jars, and what happens to a jar that is not the pinned one."""

import hashlib
import re
from importlib.resources import files
from pathlib import Path

import pytest

from tollbook_cli.stack.errors import StackError, TamperedJarError
from tollbook_cli.stack.jars import KAFKA_VERSION, Jar, locked_jars, verify_jars


def _jar(content: bytes) -> Jar:
    return Jar("org.example", "thing", "1.0", hashlib.sha256(content).hexdigest())


def test_every_locked_jar_has_a_digest() -> None:
    jars = locked_jars()
    assert len({jar.filename for jar in jars}) == len(jars) > 40
    assert all(re.fullmatch(r"[0-9a-f]{64}", jar.sha256) for jar in jars)
    assert f"kafka_2.13-{KAFKA_VERSION}.jar" in {jar.filename for jar in jars}


@pytest.mark.parametrize("name", ["jgo.toml", "jgo.lock.toml"])
def test_no_download_address_is_recorded(name: str) -> None:
    assert "://" not in files("tollbook_cli.stack").joinpath(name).read_text()


def test_pinned_jars_pass(tmp_path: Path) -> None:
    (tmp_path / "thing-1.0.jar").write_bytes(b"genuine")
    assert verify_jars(tmp_path, [_jar(b"genuine")]) == [tmp_path / "thing-1.0.jar"]


def test_a_changed_jar_is_named_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "thing-1.0.jar").write_bytes(b"tampered")
    with pytest.raises(TamperedJarError, match=r"thing-1\.0\.jar .* tollbook setup"):
        verify_jars(tmp_path, [_jar(b"genuine")])


def test_a_missing_jar_is_named(tmp_path: Path) -> None:
    with pytest.raises(StackError, match=r"thing-1\.0\.jar is missing"):
        verify_jars(tmp_path, [_jar(b"genuine")])
