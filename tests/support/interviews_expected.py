"""The usage events that the provider's book demands, and those that came, in one form that can be compared."""

from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from provider import Entry, Outcome, calls
from support.interviews_paths import path_of
from tollbook_schemas import UsageEvent
from tollbook_schemas.usage import USAGE_FIELDS

Form = Mapping[str, Any]
ATTRIBUTED = (
    "workspace_id",
    "project_id",
    "template_id",
    "collection_id",
    "session_id",
    "end_user_id",
    "environment",
)
ERROR_TYPES = {"Interview": "websocket_1011", "Interview transcription": "server_error"}
HTTP_ERROR = "http_500"


def differences(entries: Iterable[Entry], attribution: Mapping[str, str], events: Iterable[UsageEvent]) -> list[str]:
    """What is missing and what is too much; empty where the events are exactly those that the requests demand."""
    demanded = Counter(_line(_demanded(call, attribution)) for call in calls(entries))
    came = Counter(_line(_form(event)) for event in events)
    return [f"missing {line}" for line in (demanded - came)] + [f"too much {line}" for line in (came - demanded)]


def _demanded(call: Entry, attribution: Mapping[str, str]) -> Form:
    path = path_of(call.task)
    status, error_type = _ending(call)
    return {
        "use_case": path.use_case.value,
        "provider": path.provider,
        "model": path.model,
        "status": status,
        "error_type": error_type,
        "aggregate": call.task == "Interview",
        "call_count": call.count,
        "in_operation": bool(path.operation),
        **{name: attribution.get(name) for name in ATTRIBUTED},
        **{name: _exact(call.told.get(name)) for name in USAGE_FIELDS},
    }


def _ending(call: Entry) -> tuple[str, str | None]:
    if call.outcome is Outcome.NEVER:
        return "timeout", "timeout"
    if call.outcome is Outcome.WITH_AN_ERROR:
        return "error", ERROR_TYPES.get(call.task, HTTP_ERROR)
    return ("success" if call.told else "missing_usage"), None


def _form(event: UsageEvent) -> Form:
    return {
        "use_case": event.use_case,
        "provider": event.provider,
        "model": event.model,
        "status": event.status.value,
        "error_type": event.error_type,
        "aggregate": event.aggregate,
        "call_count": event.call_count,
        "in_operation": event.operation_id is not None,
        **{name: getattr(event, name) for name in ATTRIBUTED},
        **{name: _exact(getattr(event, name)) for name in USAGE_FIELDS},
    }


def _exact(count: object) -> Decimal | None:
    return None if count is None else Decimal(str(count)).normalize()


def _line(form: Form) -> str:
    return ", ".join(f"{name}={value}" for name, value in form.items() if value is not None)
