"""The pins that a fresh machine installs, and the tool that keeps tests of one broker together."""

import re
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

FOLDER = Path(__file__).parents[3] / "requirements"
GROUPED = """
import pytest

@pytest.mark.xdist_group("one")
@pytest.mark.parametrize("number", range(8))
def test_alike(number): pass
"""

Extras = dict[str, set[str]]


def _pinned(text: str) -> Extras:
    pins = re.findall(r"^([\w.-]+)(?:\[([^]]*)])?==", text, re.MULTILINE)
    return {canonicalize_name(name): set(extras.replace(" ", "").split(",")) - {""} for name, extras in pins}


def _wanted_by(name: str, extras: set[str]) -> list[Requirement]:
    try:
        wishes = [Requirement(line) for line in requires(name) or ()]
    except PackageNotFoundError:  # pinned for another system or Python
        return []
    here: list[dict[str, str]] = [{"extra": extra} for extra in ("", *extras)]
    return [wish for wish in wishes if wish.marker is None or any(map(wish.marker.evaluate, here))]


def _unpinned_extras(pins: Extras) -> set[str]:
    wishes = [wish for name, extras in pins.items() for wish in _wanted_by(name, extras)]
    return {str(wish) for wish in wishes if wish.extras - pins.get(canonicalize_name(wish.name), set())}


@pytest.mark.parametrize("name", ["run.txt", "dev.txt"])
def test_what_is_wanted_with_an_extra_is_pinned_with_it(name: str) -> None:
    """Or pip before 23.3 looks for the newest of it, finds no pin for that, and a fresh machine installs nothing."""
    text = (FOLDER / name).read_text()
    assert _unpinned_extras(_pinned(text)) == set()
    bare = _unpinned_extras(_pinned(re.sub(r"\[[^]]*]==", "==", text)))
    assert any(wish.startswith("google-auth") for wish in bare), "this check would miss the pin that once failed"


def test_no_download_address_is_recorded() -> None:
    assert [file.name for file in FOLDER.iterdir() if "://" in file.read_text()] == []


def test_tests_of_one_group_stay_on_one_worker(tmp_path: Path) -> None:
    """pytest 9.2 with pytest-xdist 3.8 deals them out one by one, and two brokers of one test module run at once."""
    file = tmp_path / "test_grouped.py"
    file.write_text(GROUPED)
    plain = ["-p", "no:cacheprovider", "-c", "/dev/null", "--rootdir", str(tmp_path)]
    command = [sys.executable, "-m", "pytest", "-v", "-n", "2", "--dist", "loadgroup", *plain, str(file)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    workers = re.findall(r"^\[(gw\d+)\].*PASSED", run.stdout, re.MULTILINE)
    assert len(workers) == 8, run.stdout + run.stderr
    assert len(set(workers)) == 1, run.stdout
