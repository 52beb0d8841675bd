"""The one settings class. Everything is read from the environment; nothing is read from the working directory."""

from pathlib import Path
from typing import Literal, Self

from pydantic import AliasChoices, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from tollbook_schemas.folders import default_home
from tollbook_schemas.generations import Generations
from tollbook_schemas.kafka_security import SaslMechanism, SecurityProtocol, refusal
from tollbook_schemas.topics import Topics
from tollbook_schemas.windows import WindowRule

ALLOWED_WINDOW_SECONDS = (3600, 1800, 900)
"""An hour by default; half and quarter hours for zones that are off the hour."""


class Settings(BaseSettings):
    """Where things are and how windows are cut.

    Seconds unless a name says otherwise. `testing` lifts the guards that keep a product from losing events (windows of
    seconds, topics with client timestamps); it is refused nowhere else but is never set by our own commands.
    """

    model_config = SettingsConfigDict(
        env_prefix="TOLLBOOK_", extra="ignore", frozen=True, populate_by_name=True, hide_input_in_errors=True
    )

    kafka: str = Field("127.0.0.1:9092", description="bootstrap servers, host:port[,host:port]")
    kafka_security_protocol: SecurityProtocol = "PLAINTEXT"
    kafka_sasl_mechanism: SaslMechanism = "SCRAM-SHA-512"
    kafka_sasl_username: str = ""
    kafka_sasl_password: SecretStr | None = Field(None, description="better in a file: the environment is easily seen")
    kafka_sasl_password_file: Path | None = Field(None, description="a file that holds the password and nothing else")
    kafka_ssl_ca: Path | None = Field(None, description="PEM file of those who sign the brokers' certificates")
    kafka_allow_cleartext: bool = Field(False, description="log in without TLS on a private network")
    postgres: str = Field("", description="a libpq connection string or URL")
    home: Path | None = Field(
        None, description="data folder of the local stack and the spool; a good one is chosen when unset"
    )
    topic_prefix: str = Field("tollbook.", pattern=r"^[a-zA-Z0-9._-]{0,100}$")
    live_generation: int = Field(1, ge=1, description="found out by the workers; see tollbook_schemas.generations")
    import_generation: int = Field(1, ge=1, description="as live_generation")
    partitions: int = Field(4, ge=1, le=1024, description="partitions of the topics that the local stack creates")
    window_seconds: int = Field(3600, ge=1)
    grace_seconds: int = Field(3600, ge=0)
    horizon_seconds: int = Field(7 * 86400, ge=1)
    future_seconds: int = Field(300, ge=0)
    tick_idle_seconds: float = Field(5.0, gt=0)
    ticks: bool = True
    changelog_retention_seconds: int = Field(86400, ge=900)
    event_retention_seconds: int = Field(30 * 86400, ge=1)
    processor_instance: str = Field("processor-1", pattern=r"^[a-zA-Z0-9._-]{1,100}$")
    sink_instance: str = Field("sink-1", pattern=r"^[a-zA-Z0-9._-]{1,100}$")
    session_timeout_seconds: float = Field(30.0, ge=6)
    sink_batch_records: int = Field(10_000, ge=1, le=100_000)
    ledger_days_ahead: int = Field(7, ge=1, le=366)
    ledger_retention_days: int | None = Field(
        None,
        ge=1,
        le=36_500,
        description="whole days after which a proven day's ledger rows are dropped; unset keeps all",
    )
    archive_dir: Path | None = Field(None, description="where a day is written to, and verified, before it is dropped")
    maintain_interval_seconds: float = Field(1.0, gt=0)
    tracking_enabled: bool = Field(
        True, validation_alias=AliasChoices("LLM_USAGE_TRACKING_ENABLED", "tracking_enabled")
    )
    spool: bool = Field(True, description="keep what calls leave on disk until Kafka has it")
    spool_dir: Path | None = Field(None, description="the spool's folder; `spool` in the home when unset")
    spool_max_bytes: int = Field(256 * 1024**2, ge=64 * 1024, description="disk space of one process in the spool")
    spool_total_bytes: int = Field(4 * 1024**3, ge=64 * 1024, description="of all processes, looked at now and then")
    spool_fsync: bool = Field(False, description="wait for the disk at every record, against power loss")
    spool_adopt_seconds: float = Field(30.0, gt=0, description="between two looks for what dead processes left")
    spool_full_after: int | None = Field(None, ge=0, description="testing: the spool's disk is full after these bytes")
    alert_sliding_seconds: int = Field(3600, ge=60, description="the time over which alerts count calls")
    alert_missing_ratio: float = Field(0.1, ge=0, le=1, description="of calls without usage, by model and use case")
    alert_missing_calls: int = Field(20, ge=1, description="fewer calls of a kind say nothing")
    alert_lag_seconds: float = Field(300, gt=0)
    alert_lag_records: int = Field(100_000, ge=0, description="of one partition")
    alert_idle_seconds: int = Field(1800, ge=0, description="without a call of a project with a steady flow; 0: off")
    alert_idle_windows: int = Field(6, ge=1, description="with calls in each, one after the other: a steady flow")
    alert_overdue_seconds: int = Field(900, ge=1, description="beyond which closing, compacting, dropping is late")
    alert_import_seconds: int = Field(6 * 3600, ge=1, description="beyond which an import should have ended")
    metrics_port: int | None = Field(None, ge=0, le=65535, description="of a worker's Prometheus endpoint; unset: none")
    metrics_host: str = Field("127.0.0.1", description="the address that the endpoint listens on")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    testing: bool = False

    @model_validator(mode="after")
    def _refuse_failpoints(self) -> Self:
        if self.spool_full_after is not None and not self.testing:
            raise ValueError("TOLLBOOK_SPOOL_FULL_AFTER breaks the spool's disk and is for tests only: unset it")
        return self

    @model_validator(mode="after")
    def _refuse_open_logins(self) -> Self:
        if (reason := refusal(self)) is not None:
            raise ValueError(reason)
        return self

    @model_validator(mode="after")
    def _refuse_what_loses_events(self) -> Self:
        if self.testing:
            return self
        if self.window_seconds not in ALLOWED_WINDOW_SECONDS:
            raise ValueError(
                f"TOLLBOOK_WINDOW_SECONDS is {self.window_seconds}: windows are 3600, 1800 or 900 seconds long"
            )
        if not self.ticks:
            raise ValueError("TOLLBOOK_TICKS=false: without ticks an idle partition's windows never close")
        if self.horizon_seconds < self.window_seconds + self.grace_seconds:
            raise ValueError(
                "TOLLBOOK_HORIZON_SECONDS must be at least a window and its grace: "
                "else an event could be on time and too old at once"
            )
        if self.event_retention_seconds <= self.horizon_seconds:
            raise ValueError(
                "TOLLBOOK_EVENT_RETENTION_SECONDS must be above TOLLBOOK_HORIZON_SECONDS: "
                "events still accepted would leave the log"
            )
        return self

    @property
    def home_folder(self) -> Path:
        """`home`, or the one chosen for this user. Raises RuntimeError where nobody knows the user's home."""
        return (self.home or default_home()).expanduser().absolute()

    @property
    def spool_folder(self) -> Path:
        """`spool_dir`, or the folder in the home. Raises RuntimeError as `home_folder` does."""
        return (self.spool_dir or self.home_folder / "spool").expanduser().absolute()

    @property
    def window_rule(self) -> WindowRule:
        """The rule that the processor and the sink share."""
        return WindowRule(
            width_ms=self.window_seconds * 1000,
            grace_ms=self.grace_seconds * 1000,
            horizon_ms=self.horizon_seconds * 1000,
            future_ms=self.future_seconds * 1000,
        )

    @property
    def topics(self) -> Topics:
        """The names of the topics under this prefix."""
        return Topics(self.topic_prefix, self.live_generation, self.import_generation)

    @property
    def generations(self) -> Generations:
        """The generations whose changelogs `topics` names."""
        return Generations(self.live_generation, self.import_generation)

    def of_generations(self, generations: Generations) -> Self:
        """The same settings, with the changelogs of other generations."""
        update = {"live_generation": generations.live, "import_generation": generations.imports}
        return self.model_copy(update=update)

    def without_login(self) -> Self:
        """The same settings for the local stack's broker, which is reached on loopback and knows no logins."""
        fields = (
            "security_protocol",
            "sasl_mechanism",
            "sasl_username",
            "sasl_password",
            "sasl_password_file",
            "ssl_ca",
        )
        names = [f"kafka_{field}" for field in fields]
        return self.model_copy(update={name: type(self).model_fields[name].default for name in names})
