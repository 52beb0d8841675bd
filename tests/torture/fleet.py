"""The processes under torture, each started again when it ends, as `tollbook up` does."""

import os
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from signal import SIGCONT, SIGKILL, SIGSTOP, SIGTERM

import psutil

from tollbook_cli.environment import settings_environment
from tollbook_cli.stack.processes import end, is_alive, last_lines, spawn
from tollbook_cli.stack.workers import describe_exit
from torture.failpoints import VARIABLE
from torture.progress import say
from torture.site import Site

RESTART_SECONDS = 0.5
STOP_SECONDS = 20
TESTS = Path(__file__).parent.parent


@dataclass(slots=True)
class Member:
    """One process by its name. `failpoint` is for its next start alone; `variables` for all."""

    name: str
    variables: dict[str, str] = field(default_factory=dict)
    failpoint: str = ""
    process: psutil.Popen | None = None
    due: float = 0.0
    is_armed: bool = False
    is_wanted: bool = True

    @property
    def command(self) -> str:
        """What it does."""
        return self.name.partition("-")[0]


class Fleet:
    """Starts, kills, pauses, and keeps running. `kills` counts SIGKILLs, those of failpoints too."""

    def __init__(self, site: Site) -> None:
        self.kills = 0
        self._site = site
        self._members: dict[str, Member] = {}

    def join(self, name: str, variables: dict[str, str] | None = None) -> None:
        """Start a process and keep it running."""
        member = self._members.setdefault(name, Member(name))
        member.variables, member.is_wanted = variables or {}, True
        if member.process is None:
            self._start(member)

    def leave(self, name: str) -> None:
        """Ask it to stop, for good; returns at once. Nothing happens if it never joined."""
        if (member := self._members.get(name)) is not None:
            member.is_wanted = False
            self._signal(member, SIGCONT, SIGTERM)

    def kill(self, name: str, failpoint: str = "") -> None:
        """SIGKILL. With a failpoint its next life ends there."""
        member = self._members[name]
        member.failpoint = failpoint
        self.kills += self._signal(member, SIGKILL)

    def slow(self, name: str, failpoint: str) -> None:
        """Kill it and keep it slow from then on; an empty failpoint lets it be as it was."""
        self._members[name].variables = {VARIABLE: failpoint} if failpoint else {}
        self.kill(name)

    def pause(self, name: str) -> None:
        """SIGSTOP."""
        self._signal(self._members[name], SIGSTOP)

    def go_on(self, name: str) -> None:
        """SIGCONT."""
        self._signal(self._members[name], SIGCONT)

    def disarm(self) -> list[str]:
        """Kill those whose failpoint was not met; returns their names."""
        waiting = [member for member in self._members.values() if member.is_armed or member.failpoint]
        for member in waiting:
            self.kill(member.name)
        return [member.name for member in waiting]

    def tend(self) -> None:
        """Start again what ended and whose time has come."""
        for member in self._members.values():
            if member.process is not None and not is_alive(member.process):
                self._note_end(member, member.process.returncode)
            if member.process is None and member.is_wanted and time.monotonic() >= member.due:
                self._start(member)

    def stop(self) -> None:
        """End all, app workers and processors before what they need."""
        running = [member.process for member in self._members.values() if member.process is not None]
        for member in self._members.values():
            self._signal(member, SIGCONT)
        end(running, SIGTERM, STOP_SECONDS)

    def _note_end(self, member: Member, code: int) -> None:
        if member.is_armed and code == -SIGKILL:
            self.kills += 1
        if code not in (0, -SIGKILL):
            log = self._site.home.log(member.name)
            say(f"  {member.name} ended by itself ({describe_exit(code)}): {last_lines(log, 1)}")
        member.process, member.is_armed = None, False
        member.due = time.monotonic() + RESTART_SECONDS

    def _start(self, member: Member) -> None:
        site, addresses = self._site, self._site.addresses
        dsn = addresses.postgres_sink if member.command == "sink" else addresses.postgres_owner
        settings = site.settings.model_copy(
            update={"postgres": dsn, "processor_instance": member.name, "sink_instance": member.name}
        )
        armed = {VARIABLE: member.failpoint} if member.failpoint else {}
        program = (
            ["torture.app", str(site.home.path)] if member.command == "app" else ["torture.worker", member.command]
        )
        member.process = spawn(
            [sys.executable, "-m", *program],
            log=site.home.log(member.name),
            cwd=TESTS,
            environment={**os.environ, **settings_environment(settings), **member.variables, **armed},
        )
        member.is_armed, member.failpoint = bool(armed), ""

    def _signal(self, member: Member, *signals: int) -> bool:
        """Whether there was a process to send them to."""
        if member.process is None or not is_alive(member.process):
            return False
        for number in signals:
            member.process.send_signal(number)
        return True
