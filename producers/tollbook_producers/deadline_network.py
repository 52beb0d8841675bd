"""Make the connections of an httpx or httpx2 client obey the current deadline.

The SDKs' timeouts are per read: a server that sends a byte now and then keeps a call alive for ever. Here every single
operation on a connection gets no more than what remains of the call's deadline, and past it raises the HTTP library's
own timeout, upon which that library closes the connection. Nothing is raced and no thread is left behind.

Two waits are the operating system's and stay outside: name resolution, and a host with several unreachable addresses
(each is tried for what remained at the start of connecting).
"""

import sys
from types import ModuleType
from typing import Any

from tollbook_producers.deadline import remaining

_WRITE_CHUNK = 64 * 1024
_MIN_TIMEOUT = 0.001  # a timeout of 0 would make the socket non-blocking, and that is another error


def obey_deadlines(http_client: object) -> bool:
    """Arm a client's connection pools; connections that are open already keep their per-read timeouts.

    Returns False where no pool could be armed: a transport of the caller's own, or a library that changed inside.
    """
    transports = [getattr(http_client, "_transport", None), *(getattr(http_client, "_mounts", None) or {}).values()]
    armed = [_arm(pool) for pool in (getattr(transport, "_pool", None) for transport in transports) if pool is not None]
    return bool(armed) and all(armed)


def _arm(pool: Any) -> bool:
    backend = getattr(pool, "_network_backend", None)
    if backend is None:
        return False
    if not isinstance(backend, _Backend):
        errors = sys.modules[type(pool).__module__.partition(".")[0]]  # httpcore or httpcore2
        pool._network_backend = _Backend(backend, errors)
    return True


class _Delegate:
    """Everything that is not timed goes to the library's own object."""

    def __init__(self, inner: Any, errors: ModuleType) -> None:
        self._inner = inner
        self._errors = errors

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def _time(self, timeout: float | None, error: str) -> float | None:
        left = remaining()
        if left is None:
            return timeout
        if left <= 0:
            raise getattr(self._errors, error)("the call's deadline has passed")
        return max(left if timeout is None else min(left, timeout), _MIN_TIMEOUT)


class _Backend(_Delegate):
    """A network backend whose connections obey the deadline of the thread that uses them."""

    def connect_tcp(self, *args: Any, timeout: float | None = None, **kwargs: Any) -> Any:
        timeout = self._time(timeout, "ConnectTimeout")
        return _Stream(self._inner.connect_tcp(*args, timeout=timeout, **kwargs), self._errors)

    def connect_unix_socket(self, *args: Any, timeout: float | None = None, **kwargs: Any) -> Any:
        timeout = self._time(timeout, "ConnectTimeout")
        return _Stream(self._inner.connect_unix_socket(*args, timeout=timeout, **kwargs), self._errors)


class _Stream(_Delegate):
    """A connection."""

    def read(self, max_bytes: int, timeout: float | None = None) -> Any:
        return self._inner.read(max_bytes, timeout=self._time(timeout, "ReadTimeout"))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), _WRITE_CHUNK):
            self._inner.write(buffer[start : start + _WRITE_CHUNK], timeout=self._time(timeout, "WriteTimeout"))

    def start_tls(self, *args: Any, timeout: float | None = None, **kwargs: Any) -> Any:
        timeout = self._time(timeout, "ConnectTimeout")
        return _Stream(self._inner.start_tls(*args, timeout=timeout, **kwargs), self._errors)
