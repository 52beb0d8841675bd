"""`tollbook normalize`: every form of file, and every misuse."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from support.provider_answers import OPENAI_USAGE, RATE_LIMITED, chat_answer, gemini_answer
from tollbook_cli.commands.normalize import PROVIDERS, command
from tollbook_producers.normalize import session_surfaces_of, surfaces_of

CHAT = ("--provider", "openai", "--surface", "chat.completions")
GENERATE = ("--provider", "gemini", "--surface", "models.generate_content")


def run(*arguments: str | Path, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "tollbook_cli", "normalize", *map(str, arguments)]
    environment = {**os.environ, "COLUMNS": "400", "NO_COLOR": "1", "TERM": "dumb"}
    return subprocess.run(line, input=stdin, capture_output=True, text=True, check=False, timeout=120, env=environment)


def rows(finished: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    assert (finished.returncode, finished.stderr) == (0, "")
    return [json.loads(line) for line in finished.stdout.splitlines()]


def test_one_answer(tmp_path: Path) -> None:
    file = tmp_path / "answer.json"
    file.write_text(json.dumps(chat_answer()))
    [row] = rows(run(*CHAT, file))
    assert row == {
        "provider": "openai",
        "status": "success",
        "response_model": "gpt-4.1-nano-2025-04-14",
        "request_id": "chatcmpl-1",
        "service_tier": "default",
        "prompt_tokens": 16,
        "completion_tokens": 363,
        "total_tokens": 379,
        "cached_prompt_tokens": 0,
        "reasoning_tokens": 0,
        "input_audio_tokens": 0,
        "output_audio_tokens": 0,
        "flags": [],
    }


def test_what_is_not_reported_is_null() -> None:
    [row] = rows(run(*CHAT, "-", stdin=json.dumps(RATE_LIMITED)))
    assert (row["status"], row["error_type"], row["prompt_tokens"]) == ("error", "insufficient_quota", None)


CHUNK: dict[str, Any] = {"id": "c1", "choices": [{"index": 0, "delta": {}, "finish_reason": None}], "usage": None}
LAST = {"id": "c1", "choices": [], "usage": OPENAI_USAGE}


@pytest.mark.parametrize(
    "form",
    [
        json.dumps([CHUNK, LAST]),
        "\n".join(map(json.dumps, [CHUNK, LAST])),
        "".join(f"event: chunk\ndata: {json.dumps(chunk)}\n\n" for chunk in (CHUNK, LAST)) + "data: [DONE]\n\n",
        "\ufeff" + json.dumps([CHUNK, LAST], indent=1),
    ],
    ids=["array", "lines", "event stream", "byte order mark"],
)
def test_every_form_of_a_stream(form: str) -> None:
    [row] = rows(run(*CHAT, "-", stdin=form))
    assert (row["status"], row["completion_tokens"], row["flags"]) == ("success", 363, [])


def test_a_stream_that_just_ends_is_truncated_unless_it_says_so() -> None:
    [row] = rows(run(*CHAT, "-", stdin=json.dumps([CHUNK, CHUNK])))
    assert (row["status"], row["flags"]) == ("missing_usage", ["truncated"])
    [row] = rows(run(*CHAT, "-", stdin=f"data: {json.dumps(CHUNK)}\n\ndata: [DONE]\n\n"))
    assert (row["status"], row["flags"]) == ("missing_usage", [])


def test_answers_that_follow_each_other_are_calls_of_their_own() -> None:
    hops = [gemini_answer(responseId=f"r{hop}") for hop in range(3)]
    assert [row["request_id"] for row in rows(run(*GENERATE, "-", stdin=json.dumps(hops)))] == ["r0", "r1", "r2"]
    again: list[Any] = [
        {"id": "resp_1", "status": status, "output": []} for status in ("queued", "completed", "completed")
    ]
    responses = ("--provider", "openai", "--surface", "responses")
    assert len(rows(run(*responses, "-", stdin=json.dumps(again)))) == 1  # one response, retrieved until it was over
    embeddings = ("--provider", "openai", "--surface", "embeddings")
    assert len(rows(run(*embeddings, "-", stdin=json.dumps([{"usage": {"prompt_tokens": 3}}] * 2)))) == 2


def test_a_session_has_a_line_for_each_report() -> None:
    live = ("--provider", "gemini", "--surface", "live")
    messages = [{"usageMetadata": {"promptTokenCount": count}} for count in (50, 25)]
    got = rows(run(*live, "-", stdin=json.dumps([{"setupComplete": {}}, *messages])))
    assert [row["prompt_tokens"] for row in got] == [50, 25]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"usage": {\n  "prompt_tokens": 1,,\n}}', "stdin, line 2, column 22: not JSON"),
        ('{"usage": 1}\n{"usage"', "stdin, line 2, column 9: not JSON"),
        ("data: {}\n\ndata: {oops}", "stdin, line 3, column "),
        ("  \n", "stdin is empty: put a provider's answer into it"),
    ],
)
def test_what_cannot_be_read_says_where_and_what_to_do(content: str, message: str) -> None:
    failed = run(*CHAT, "-", stdin=content)
    assert (failed.returncode, failed.stdout) == (1, "")
    assert message in failed.stderr
    assert "give one JSON value" in failed.stderr or "as JSON" in failed.stderr
    assert failed.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--provider", "acme", "--surface", "live", "-"], "unknown provider 'acme': known are openai, xai, gemini"),
        (["--provider", "xai", "--surface", "live", "-"], "xai has no surface 'live': known are chat.completions,"),
        ([*CHAT, "no-such-file.json"], "no-such-file.json"),
    ],
)
def test_misuse_names_what_is_known(arguments: list[str], message: str) -> None:
    failed = run(*arguments, stdin="{}")
    assert (failed.returncode, failed.stdout) == (2, "")
    assert message in failed.stderr


def test_the_help_lists_every_surface() -> None:
    text = command.__doc__ or ""
    assert all(
        surface in text
        for provider in PROVIDERS
        for surface in (*surfaces_of(provider), *session_surfaces_of(provider))
    )
