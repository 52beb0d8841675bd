"""Import the package where no SDK is installed."""

import sys

sys.modules["openai"] = sys.modules["google"] = sys.modules["google.genai"] = None  # type: ignore[assignment]

import tollbook_producers  # noqa: E402

assert all(hasattr(tollbook_producers, name) for name in tollbook_producers.__all__)
heavy = {"faust", "aiokafka", "psycopg", "typer", "rich", "httpx", "httpx2"} & sys.modules.keys()
assert not heavy, heavy
sys.stdout.write("imported\n")
