"""One event a line, as JSON: what the log holds, or a dead letter's record once it is mended."""

from collections.abc import Iterable, Iterator

from pydantic import ValidationError

from tollbook_producers.imports.known import KnownEvents
from tollbook_producers.imports.rows import BadRow, Converted
from tollbook_schemas import UsageEvent


class EventLines:
    """Turns the lines of one file, in order, into events with the ids that they state. Blank lines are none."""

    def __init__(self, latest_ms: int) -> None:
        self._known = KnownEvents(latest_ms)

    def convert_all(self, lines: Iterable[str]) -> Iterator[Converted]:
        """Never raises for a line's content."""
        for number, line in enumerate(lines, start=1):
            if line.strip():
                yield self._convert(number, line)

    def _convert(self, number: int, line: str) -> Converted:
        try:
            event = UsageEvent.model_validate_json(line)
        except ValidationError as error:
            return BadRow(number, explain(error), (), line)
        if "schema_version" not in event.model_fields_set:
            return BadRow(number, "schema_version: every event states its version", (), line)
        return self._known.judge(number, event, line)


def explain(error: ValidationError) -> str:
    """The first problems of an event, quoting no value."""
    problems = error.errors(include_url=False, include_input=False, include_context=False)
    return "; ".join(": ".join([*map(str, problem["loc"]), problem["msg"]]) for problem in problems[:3])
