"""Fixtures for real services; a test that asks for none starts none."""

import signal
from collections.abc import Callable, Iterator
from functools import partial
from secrets import token_hex
from typing import Any

import pytest

from support import plain_terminal  # noqa: F401  # imported for what it does
from support.oldest_postgres import ABSENT, ON_OLDEST, oldest_programs, oldest_server
from support.postgres import Database, PostgresServer
from support.services import Services, test_services
from tollbook_cli.stack import prepare_topics
from tollbook_schemas.settings import Settings

MakeSettings = Callable[..., Settings]
Report = Callable[[str], None]

_REPORT = "report"
_OLDEST = "oldest"


@pytest.fixture
def report(request: pytest.FixtureRequest) -> Report:
    """Takes what a crash test did (rounds, kills, lost, double); printed at the end, also when it passed."""
    said = request.node.user_properties  # these reach the process that prints, whichever ran the test
    return lambda text: said.append((_REPORT, f"{request.node.name}: {text}"))


def pytest_configure(config: pytest.Config) -> None:
    """Lets Ctrl-C reach the programs under test: a run in a shell's background inherits an ignored SIGINT."""
    config.addinivalue_line("markers", "database: needs Postgres; set by itself")
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Runs some database tests twice: on the server of all tests, and on the oldest Postgres where there is one."""
    names = {metafunc.module.__name__.rpartition(".")[2], metafunc.function.__name__}
    if "postgres" in metafunc.fixturenames and names & ON_OLDEST and oldest_programs():
        oldest = pytest.param(_OLDEST, marks=pytest.mark.xdist_group(_OLDEST), id=_OLDEST)  # one such server a run
        metafunc.parametrize("postgres", [pytest.param(None, id="postgres"), oldest], indirect=True, scope="session")


def pytest_itemcollected(item: pytest.Item) -> None:
    """Marks the tests that need a database, for `-m database`."""
    if "postgres" in getattr(item, "fixturenames", ()):
        item.add_marker("database")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Prints what the crash tests did."""
    ended = [test for outcome in ("passed", "failed") for test in terminalreporter.getreports(outcome)]
    lines = [text for test in ended for name, text in test.user_properties if name == _REPORT]
    if lines:
        terminalreporter.section("crash tests")
        for line in lines:
            terminalreporter.write_line(line)


@pytest.fixture(autouse=True, scope="session")
def _own_spool(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keeps the calls of tests out of this user's spool, and what lies in that out of the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TOLLBOOK_SPOOL_DIR", str(tmp_path_factory.mktemp("spool")))
        yield


@pytest.fixture(scope="session")
def services() -> Iterator[Services]:
    """Kafka and Postgres for the whole run."""
    with test_services() as running:
        yield running


@pytest.fixture(scope="session")
def kafka(services: Services) -> str:
    """The bootstrap address of a real broker."""
    return services.kafka


@pytest.fixture(scope="session")
def postgres(request: pytest.FixtureRequest) -> PostgresServer:
    """A real server with a migrated template database."""
    name = "oldest_postgres" if getattr(request, "param", None) == _OLDEST else "any_postgres"
    server: PostgresServer = request.getfixturevalue(name)
    return server


@pytest.fixture(scope="session")
def any_postgres(services: Services) -> Iterator[PostgresServer]:
    """The server that every database test runs on."""
    with PostgresServer.with_template(services.superuser) as server:
        yield server


@pytest.fixture(scope="session")
def oldest_postgres() -> Iterator[PostgresServer]:
    """A server of the oldest version; skips where its programs are absent."""
    programs = oldest_programs()
    if programs is None:
        pytest.skip(ABSENT)
    with oldest_server(programs) as superuser, PostgresServer.with_template(superuser) as server:
        yield server


@pytest.fixture
def make_settings(kafka: str) -> MakeSettings:
    """Makes settings for testing with four new topics of their own.

    `timestamps="CreateTime"` gives topics on which the test sets the records' clock; other arguments are settings.
    """
    return partial(_settings_with_topics, kafka)


@pytest.fixture
def settings(make_settings: MakeSettings) -> Settings:
    """Settings for testing: four new topics, stamped by the broker as in the product."""
    return make_settings()


@pytest.fixture
def database(postgres: PostgresServer) -> Iterator[Database]:
    """A new migrated database."""
    with postgres.database() as made:
        yield made


def _settings_with_topics(kafka: str, timestamps: str = "LogAppendTime", **values: Any) -> Settings:
    prefix = f"test-{token_hex(6)}."
    settings = Settings(**{"kafka": kafka, "testing": True, "topic_prefix": prefix, **values})
    prepare_topics(kafka, settings, {"message.timestamp.type": timestamps})
    return settings
