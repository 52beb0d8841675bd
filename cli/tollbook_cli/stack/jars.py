"""Kafka's jars: fetched once, pinned by SHA-256, verified at every start.

`jgo.toml` names what Kafka needs and `jgo.lock.toml` every jar of it with its digest. Neither names a download address:
the `jgo` package knows where Maven artifacts come from.
"""

import hashlib
import shutil
import tomllib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import requests
from filelock import FileLock
from jgo.maven import MavenContext

from tollbook_cli.reporting import Report, unreported
from tollbook_cli.stack.account import make_folder
from tollbook_cli.stack.errors import StackError, TamperedJarError

KAFKA_VERSION = "4.4.0"
STEP = "Kafka's jars"
PARALLEL_DOWNLOADS = 4
REQUEST_TIMEOUT_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Jar:
    """One pinned jar."""

    group: str
    artifact: str
    version: str
    sha256: str

    @property
    def filename(self) -> str:
        """The jar's name in Maven's convention."""
        return f"{self.artifact}-{self.version}.jar"


def locked_jars() -> tuple[Jar, ...]:
    """Every jar that the lock pins."""
    lock = tomllib.loads(files("tollbook_cli.stack").joinpath("jgo.lock.toml").read_text())
    return tuple(
        Jar(entry["groupId"], entry["artifactId"], entry["version"], entry["sha256"]) for entry in lock["dependencies"]
    )


def provide_jars(software: Path, report: Report = unreported) -> list[Path]:
    """The verified jars in `software`, fetched if they are not there yet.

    Raises TamperedJarError for a jar that is not the pinned one, StackError when they cannot be fetched.
    """
    make_folder(software)
    folder = software / f"kafka-{KAFKA_VERSION}"
    jars = locked_jars()
    with FileLock(software / "kafka.lock"):
        if not folder.exists():
            _fetch(jars, folder, report)
    return verify_jars(folder, jars)


def verify_jars(folder: Path, jars: Sequence[Jar]) -> list[Path]:
    """The paths of the jars in `folder`, each of which is the pinned one. Raises StackError otherwise."""
    paths = [folder / jar.filename for jar in jars]
    for jar, path in zip(jars, paths, strict=True):
        _verify(path, jar.sha256)
    return paths


def _verify(path: Path, expected: str) -> None:
    if not path.exists():
        raise StackError(f"{path} is missing: delete the folder {path.parent} and run: tollbook setup")
    with path.open("rb") as content:
        actual = hashlib.file_digest(content, "sha256").hexdigest()
    if actual != expected:
        raise TamperedJarError(path, expected, actual)


def _fetch(jars: Sequence[Jar], folder: Path, report: Report) -> None:
    """Fills a draft folder and renames it when every jar in it is verified: `folder` is complete or absent."""
    draft = folder.with_name(f"{folder.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    complete = draft / "jars"
    complete.mkdir(parents=True)
    try:
        for jar, path in _download(jars, draft / "repository", report):
            path.replace(complete / jar.filename)
        verify_jars(complete, jars)
        complete.replace(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _download(jars: Sequence[Jar], repository: Path, report: Report) -> list[tuple[Jar, Path]]:
    context = MavenContext(repo_cache=repository, timeout=REQUEST_TIMEOUT_SECONDS)
    report(STEP, 0, len(jars))
    with ThreadPoolExecutor(PARALLEL_DOWNLOADS) as pool:
        asked = [pool.submit(_download_one, context, jar) for jar in jars]
        try:
            for done, future in enumerate(as_completed(asked), start=1):
                future.result()
                report(STEP, done, len(jars))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    return [future.result() for future in asked]


def _download_one(context: MavenContext, jar: Jar) -> tuple[Jar, Path]:
    artifact = context.project(jar.group, jar.artifact).at_version(jar.version).artifact()
    try:
        return jar, artifact.resolve()
    except (requests.RequestException, RuntimeError, OSError) as error:
        reason = str(error).splitlines()[0][:200]
        raise StackError(
            f"could not fetch {jar.filename} ({reason}): check the network and run: tollbook setup"
        ) from error
