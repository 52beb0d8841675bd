"""The HTTP library of the SDKs that are installed: httpx2 with the current majors, httpx with the ones before."""

from importlib import import_module
from typing import Any

from openai import DefaultHttpxClient

httpx: Any = import_module(DefaultHttpxClient.__mro__[1].__module__.partition(".")[0])
