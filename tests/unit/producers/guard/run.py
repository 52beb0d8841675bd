"""Run one of the suites here under the guard, in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

HERE = Path(__file__).parent
PATIENCE_SECONDS = 120


class Run:
    """The exit code, what was printed, and each test's troubles, empty for one that passed."""

    def __init__(self, exit_code: int, output: str, xml: Path) -> None:
        self.exit_code = exit_code
        self.output = output
        self.troubles: dict[str, str] = {}
        for case in ElementTree.parse(xml).iter("testcase") if xml.exists() else ():  # noqa: S314  # our own
            texts = ["".join(part.itertext()) for part in case if part.tag != "skipped"]
            name = case.get("name") or ""
            self.troubles[name] = self.troubles.get(name, "") + "\n".join(texts)


def run_suite(suite: str, folder: Path, *options: str, ini: str = "", **environment: str) -> Run:
    """Run it with these options, lines of pytest.ini and environment variables."""
    (folder / "pytest.ini").write_text(f"[pytest]\nfilterwarnings = error\n{ini}\n")
    xml = folder / "report.xml"
    command = [sys.executable, "-m", "pytest", str(HERE / suite), "--noconftest", f"--junitxml={xml}"]
    command += ["-c", str(folder / "pytest.ini"), "-p", "no:cacheprovider"]
    command += ["-p", "tollbook_producers.guard.pytest_plugin", *options]
    env = os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"} | environment
    done = subprocess.run(
        command, capture_output=True, text=True, env=env, timeout=PATIENCE_SECONDS, check=False, cwd=folder
    )
    return Run(done.returncode, done.stdout + done.stderr, xml)


def line_of(suite: str, what: str) -> str:
    """The place, as a report names it, of the line with the comment `line of …`."""
    lines = (HERE / suite).read_text().splitlines()
    (number,) = (number for number, line in enumerate(lines, 1) if line.endswith(f"# line of {what}"))
    return f"{HERE / suite}:{number}:"
