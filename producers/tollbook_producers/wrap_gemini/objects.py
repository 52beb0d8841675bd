"""Objects that are done after the answer that began them: background interactions, videos, batches."""

import threading
from collections import OrderedDict

from tollbook_producers.call import OpenCall
from tollbook_producers.report import CallReport

MAX_OPEN = 10_000
MAX_REMEMBERED = 10_000

_BEGUN = CallReport(flags=("background",))


class Objects:
    """Calls of this process whose objects are not done, and the identities of those that it saw done."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: OrderedDict[str, OpenCall] = OrderedDict()
        self._seen: OrderedDict[str, None] = OrderedDict()

    def hold(self, name: str, call: OpenCall) -> None:
        """Keep a call open until its object is done. Beyond the bound the oldest ends without usage.

        A process that ends before leaves it as interrupted, with the flag `background`.
        """
        call.progress(_BEGUN)
        oldest = None
        with self._lock:
            self._open[name] = call
            if len(self._open) > MAX_OPEN:
                oldest = self._open.popitem(last=False)[1]
        if oldest is not None:
            oldest.end(_BEGUN)

    def take(self, name: str) -> OpenCall | None:
        """The call that began an object, if it is held here."""
        with self._lock:
            return self._open.pop(name, None)

    def is_new(self, identity: str) -> bool:
        """Whether nobody here saw this object done before; now somebody has."""
        with self._lock:
            if identity in self._seen:
                return False
            self._seen[identity] = None
            if len(self._seen) > MAX_REMEMBERED:
                self._seen.popitem(last=False)
            return True


objects = Objects()
