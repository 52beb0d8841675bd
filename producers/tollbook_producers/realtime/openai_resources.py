"""The resources of a tracked OpenAI client that open websockets; an app may lack the library that they need."""

from collections.abc import Callable
from functools import cached_property
from typing import Any

from tollbook_producers.attribution import Attribution
from tollbook_producers.realtime.openai_realtime import tracked_beta, tracked_realtime


class RealtimeResources:
    """Stands before the SDK's client class. Copies that the SDK makes of a client have tracked resources too.

    `_tollbook_session` is the tracked client's: provider, attribution, and whether each response leaves an event.
    """

    _tollbook_session: Callable[[], tuple[str, Attribution, bool]]

    @cached_property
    def realtime(self) -> Any:
        sdk: Any = super()
        return tracked_realtime(sdk.realtime, *self._tollbook_session())

    @cached_property
    def beta(self) -> Any:
        sdk: Any = super()
        return tracked_beta(sdk.beta, *self._tollbook_session())
