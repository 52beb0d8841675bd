"""A request as the provider understands it."""

import json
import re
from dataclasses import dataclass
from typing import Any

_TASK = re.compile(rb"# ([A-Z][A-Za-z -]*[a-z])")
_FORM_MODEL = re.compile(rb'name="model"\r\n\r\n([^\r]+)')


@dataclass(frozen=True, slots=True)
class Asked:
    """`task` is the heading of the prompt, empty where there is none; `body` the JSON sent, empty for a form."""

    path: str
    task: str
    model: str
    body: dict[str, Any]

    @property
    def is_stream(self) -> bool:
        """Whether the answer is to come in pieces."""
        return bool(self.body.get("stream")) or ":streamGenerateContent" in self.path

    @property
    def wants_usage(self) -> bool:
        """Chat streams state their usage only where they are asked to."""
        is_chat_stream = self.is_stream and "/chat/completions" in self.path
        return not is_chat_stream or bool((self.body.get("stream_options") or {}).get("include_usage"))

    @property
    def has_tool_results(self) -> bool:
        """Whether it is the second request of a function call: the function's result comes with it."""
        return any("functionResponse" in part for content in self.body.get("contents", ()) for part in content["parts"])


def read_request(path: str, content_type: str, raw: bytes) -> Asked:
    """Understand a request; forms (uploads) are read no further than needed."""
    found = _TASK.search(raw)
    task = found[1].decode() if found else ""
    if not content_type.startswith("application/json"):
        form_model = _FORM_MODEL.search(raw)
        return Asked(path, task, form_model[1].decode() if form_model else "", {})
    body = json.loads(raw)
    model = body.get("model") or path.rpartition("/models/")[2].partition(":")[0]
    asked = Asked(path, task, model, body)
    return Asked(path, f"{task} with tools", model, body) if asked.has_tool_results else asked
