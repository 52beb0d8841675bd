"""Settings travel to worker processes as environment variables, unchanged."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tollbook_cli.environment import NoAddressError, read_settings, resolve_settings, settings_environment
from tollbook_cli.home import Home
from tollbook_cli.state import Addresses, State, own_record
from tollbook_schemas.errors import SettingsError
from tollbook_schemas.settings import Settings

ADDRESSES = Addresses("127.0.0.1:1", "postgresql://owner", "postgresql://sink")


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("KAFKA", "POSTGRES", "PARTITIONS"):
        monkeypatch.delenv(f"TOLLBOOK_{name}", raising=False)
    monkeypatch.setenv("TOLLBOOK_HOME", str(tmp_path))


@given(
    window=st.integers(1, 10**6),
    ticks=st.booleans(),
    idle=st.floats(0.001, 1e6),
    tracking=st.booleans(),
    postgres=st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])),
)
def test_a_worker_reads_the_same_settings(window: int, ticks: bool, idle: float, tracking: bool, postgres: str) -> None:
    settings = Settings(
        testing=True,
        home=Path("/somewhere"),
        window_seconds=window,
        ticks=ticks,
        tick_idle_seconds=idle,
        tracking_enabled=tracking,
        postgres=postgres,
    )
    with pytest.MonkeyPatch.context() as patch:
        for name, value in settings_environment(settings).items():
            patch.setenv(name, value)
        assert Settings() == settings


def test_the_environment_comes_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    State(own_record(), addresses=ADDRESSES).write(Home(tmp_path).state)
    monkeypatch.setenv("TOLLBOOK_KAFKA", "elsewhere:9092")
    settings = resolve_settings("kafka", "sink")
    assert (settings.kafka, settings.postgres) == ("elsewhere:9092", "postgresql://sink")


def test_the_running_stack_comes_second(tmp_path: Path) -> None:
    State(own_record(), addresses=ADDRESSES).write(Home(tmp_path).state)
    settings = resolve_settings()
    assert (settings.kafka, settings.postgres) == (ADDRESSES.kafka, ADDRESSES.postgres_owner)


def test_neither_is_an_error_that_names_both_ways_out() -> None:
    with pytest.raises(NoAddressError, match=r"`tollbook up`, or set TOLLBOOK_KAFKA and TOLLBOOK_POSTGRES"):
        resolve_settings()


def test_only_what_is_needed_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOLLBOOK_KAFKA", "elsewhere:9092")
    assert resolve_settings("kafka").kafka == "elsewhere:9092"


def test_a_bad_setting_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOLLBOOK_PARTITIONS", "many")
    with pytest.raises(SettingsError, match=r"^TOLLBOOK_PARTITIONS: [^\n]+$"):
        read_settings()
