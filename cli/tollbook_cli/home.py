"""Where the local stack keeps its data and its programs, and whether one is running there."""

from dataclasses import dataclass
from pathlib import Path

import platformdirs

from tollbook_schemas.folders import is_root
from tollbook_schemas.settings import Settings


@dataclass(frozen=True, slots=True)
class Home:
    """The data folder of one stack, and the names inside it."""

    path: Path

    @property
    def lock(self) -> Path:
        """Held by the process that runs the stack."""
        return self.path / "lock"

    @property
    def state(self) -> Path:
        """Processes and addresses, as JSON."""
        return self.path / "state.json"

    @property
    def logs(self) -> Path:
        """One log a process."""
        return self.path / "logs"

    @property
    def secrets(self) -> Path:
        """Password files that only this user reads."""
        return self.path / "secrets"

    @property
    def kafka(self) -> Path:
        """Kafka's properties and data."""
        return self.path / "kafka"

    @property
    def postgres(self) -> Path:
        """Postgres' data; owned by the user that Postgres runs as."""
        return self.path / "postgres"

    def log(self, process: str) -> Path:
        """The log file of a process by its name."""
        return self.logs / f"{process}.log"


def choose_home(settings: Settings) -> Home:
    """TOLLBOOK_HOME, else the user's data folder, as root /var/lib/tollbook. Always absolute."""
    return Home(settings.home_folder)


def software_folder() -> Path:
    """Where Kafka's jars and a copy of Postgres live: shared by all data folders of this user."""
    return Path("/var/cache/tollbook") if is_root() else platformdirs.user_cache_path("tollbook")
