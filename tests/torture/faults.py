"""How a plan's steps are done to a site and its fleet, and undone."""

from collections.abc import Callable

import psycopg

from torture.fleet import Fleet
from torture.plan import Step
from torture.site import Site

Undo = Callable[[], object]

SLOW = "processor: slow produces:1"
PROCESSORS = ("processor-1", "processor-2")
FULL_AFTER_BYTES = "30000"


class Faults:
    """`kills` counts servers; the fleet counts its own."""

    def __init__(self, site: Site, fleet: Fleet) -> None:
        self.kills = 0
        self._site = site
        self._fleet = fleet

    def do(self, step: Step) -> Undo | None:
        """Do it; returns how it is undone where it lasts."""
        service = self._site.services.get(step.target)
        match step.verb:
            case "kill" if service:
                self.kills += 1
                service.kill()
                return None
            case "kill":
                self._fleet.kill(step.target)
                return None
            case "die":
                self._fleet.kill(step.target, f"{step.seam}:{step.nth}")
                return None
            case "pause" if service:
                service.pause()
                return service.go_on
            case _:
                return self._do_other(step)

    def _do_other(self, step: Step) -> Undo | None:
        fleet, target = self._fleet, step.target
        match step.verb:
            case "pause":
                fleet.pause(target)
                return lambda: fleet.go_on(target)
            case "visit":
                fleet.join(target)
                return lambda: fleet.leave(target)
            case "full":
                fleet.join(target, {"TOLLBOOK_SPOOL_FULL_AFTER": FULL_AFTER_BYTES})
                return None
            case "slow":
                fleet.slow(target, SLOW)
                return lambda: fleet.slow(target, "")
            case "refuse":
                return self._refuse()
            case "expire":
                return self._expire
        raise AssertionError(step)

    def _refuse(self) -> Undo | None:
        try:
            self._site.refuse()
        except psycopg.OperationalError:
            return None  # another fault was first: Postgres refuses as it is
        return self._site.accept

    def _expire(self) -> None:
        """Whoever folds next finds no mark, or one without its totals. Raises while a service is away."""
        read = self._site.changelog_read()
        for name in PROCESSORS:
            self._fleet.kill(name)
        self._site.expire_changelog(read)
