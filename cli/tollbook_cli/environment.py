"""Settings as environment variables, and the settings that a command works with."""

from collections.abc import Mapping
from typing import Literal

from pydantic import ValidationError

from tollbook_cli.home import choose_home
from tollbook_cli.state import Addresses, running_stack
from tollbook_schemas.errors import SettingsError, TollbookError
from tollbook_schemas.settings import Settings

Need = Literal["kafka", "owner", "sink"]
"""What a command talks to: Kafka, Postgres as the owner of the tables, or Postgres as the sink."""


class NoAddressError(TollbookError):
    """A command needs a service that neither the environment nor a running stack names."""


def read_settings() -> Settings:
    """The settings in the environment. Raises SettingsError in one line for a bad one."""
    try:
        return Settings()
    except ValidationError as error:
        raise SettingsError("; ".join(_describe(dict(problem)) for problem in error.errors())) from error


def resolve_settings(*needs: Need) -> Settings:
    """The settings with every needed address filled in.

    The environment comes first, then the stack that runs in the data folder. Raises NoAddressError when neither names
    what is needed. Without `needs` that is Kafka, and Postgres as the owner.
    """
    settings = read_settings()
    missing = [need for need in needs or ("kafka", "owner") if not _is_set(settings, need)]
    if not missing:
        return settings
    home = choose_home(settings)
    addresses = running_stack(home.path)
    if addresses is None:
        names = " and ".join(sorted({_variable(need) for need in missing}))
        raise NoAddressError(
            f"no stack is running in {home.path}: start one with `tollbook up`, or set {names} to reach another"
        )
    found: dict[str, object] = {_field(need): _address(addresses, need) for need in missing}
    return settings.model_copy(update={**found, "home": home.path})


def settings_environment(settings: Settings) -> Mapping[str, str]:
    """The variables from which another process reads these very settings; passwords in them are readable."""
    values = settings.model_dump(mode="json", exclude_none=True)
    tracking = values.pop("tracking_enabled")
    if settings.kafka_sasl_password is not None:
        values["kafka_sasl_password"] = settings.kafka_sasl_password.get_secret_value()
    variables = {f"TOLLBOOK_{name.upper()}": _text(value) for name, value in values.items()}
    return {**variables, "LLM_USAGE_TRACKING_ENABLED": _text(tracking)}


def _is_set(settings: Settings, need: Need) -> bool:
    return _field(need) in settings.model_fields_set and bool(getattr(settings, _field(need)))


def _field(need: Need) -> Literal["kafka", "postgres"]:
    return "kafka" if need == "kafka" else "postgres"


def _variable(need: Need) -> str:
    return f"TOLLBOOK_{_field(need).upper()}"


def _address(addresses: Addresses, need: Need) -> str:
    return {
        "kafka": addresses.kafka,
        "owner": addresses.postgres_owner,
        "sink": addresses.postgres_sink,
    }[need]


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _describe(problem: dict[str, object]) -> str:
    location = problem.get("loc") or ()
    field = str(location[0]) if isinstance(location, tuple) and location else ""
    message = str(problem["msg"]).removeprefix("Value error, ")
    return f"TOLLBOOK_{field.upper()}: {message}" if field else message
