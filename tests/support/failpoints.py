"""Points at which a command kills itself with SIGKILL. A point is a function that arms it, before the command runs."""

import os
import signal
from collections.abc import Callable
from typing import Any


def die(*_: object, **__: object) -> None:
    """The end, noticed by nobody here."""
    os.kill(os.getpid(), signal.SIGKILL)


def _always(*_: Any, **__: Any) -> bool:
    return True


def after(place: Any, name: str, times: int = 1, when: Callable[..., bool] = _always) -> Callable[[], None]:
    """Die when the function has returned so many times and `when` held, which is given its arguments."""

    def arm() -> None:
        original, left = getattr(place, name), iter(range(times - 1))

        def deadly(*arguments: Any, **named: Any) -> Any:
            answer = original(*arguments, **named)
            if when(*arguments, **named) and next(left, None) is None:
                die()
            return answer

        setattr(place, name, deadly)

    return arm
