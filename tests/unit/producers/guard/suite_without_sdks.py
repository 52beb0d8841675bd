"""A suite of an app that uses no SDK: the guard must import none."""

import sys


def test_passes() -> None:
    assert not {"openai", "google.genai"} & sys.modules.keys()
