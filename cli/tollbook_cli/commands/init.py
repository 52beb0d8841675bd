"""`tollbook init`: roles, database, tables and topics on a Kafka and a Postgres of one's own."""

from pathlib import Path
from typing import Annotated

import typer

from tollbook_cli.console import console
from tollbook_cli.environment import read_settings
from tollbook_cli.initialising import InitialisingError, prepare_postgres
from tollbook_cli.kafka_login import check_login
from tollbook_cli.stack import prepare_topics
from tollbook_cli.stack.database import DATABASE

_ADMINISTRATOR = "TOLLBOOK_POSTGRES_ADMIN"


def command(  # noqa: PLR0917  # typer passes them by name
    administrator: Annotated[
        str,
        typer.Option(
            "--postgres-admin",
            envvar=_ADMINISTRATOR,
            help="libpq URL of a superuser, or of a managed server's role with CREATEROLE and CREATEDB.",
        ),
    ] = "",
    database: Annotated[str, typer.Option(help="The database to make or to bring up to date.")] = DATABASE,
    owner_password: Annotated[
        Path | None, typer.Option("--owner-password-file", help="Sets the password of tollbook_owner.")
    ] = None,
    sink_password: Annotated[
        Path | None, typer.Option("--sink-password-file", help="Sets the password of tollbook_sink.")
    ] = None,
    replication: Annotated[
        int, typer.Option(min=1, max=9, help="Replicas of a new topic; 3 on any cluster of three brokers and more.")
    ] = 1,
    topics: Annotated[bool, typer.Option("--topics/--no-topics", help="Make the topics on TOLLBOOK_KAFKA.")] = True,
) -> None:
    """Make roles, database, tables and topics on a Kafka and a Postgres of your own. Safe to repeat.

    Only this command needs an administrator of Postgres; afterwards the tables belong to tollbook_owner, who migrates
    and maintains them, and the sink is tollbook_sink. Without a password file a role keeps the password that it has. Of
    extensions only btree_gist is used, which a database's owner may install. New topics take TOLLBOOK_PARTITIONS; with
    more than one replica a write counts once two brokers have it. `tollbook up` needs none of this.

    Example: tollbook init --postgres-admin postgresql://postgres@db/postgres --owner-password-file owner.txt
    """
    settings = read_settings()
    if administrator:
        made = prepare_postgres(
            administrator,
            database,
            owner_password=_password(owner_password),
            sink_password=_password(sink_password),
        )
        console.print(
            f"Postgres: database {database} {'made' if made else 'was there'}, roles and tables are up to date"
        )
    elif owner_password or sink_password:
        raise typer.BadParameter(f"passwords are set by an administrator: name one with {_ADMINISTRATOR}")
    if topics:
        check_login(settings)
        new = prepare_topics(settings.kafka, settings, replication=replication)
        console.print(f"Kafka: made {', '.join(new)}" if new else "Kafka: all topics were there")


def _password(file: Path | None) -> str | None:
    if file is None:
        return None
    try:
        password = file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise InitialisingError(f"the password file {file} cannot be read: {error}") from error
    if not password:
        raise InitialisingError(f"the password file {file} is empty: put the password into it, and nothing else")
    return password
