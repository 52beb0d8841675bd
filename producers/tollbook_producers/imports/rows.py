"""A row to the event that it stands for, or to the reason why it stands for none."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from tollbook_producers.imports.mapping import ImportMapping
from tollbook_producers.imports.table import NOTE_COLUMNS, SourceRow
from tollbook_schemas import LLMUsageStatus, UsageEvent, content_digest, derived_event_id
from tollbook_schemas.ids import datetime_to_ms
from tollbook_schemas.usage import USAGE_FIELDS


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be imported. `cells` is empty where the line could not be cut; `text` is the row's own."""

    line: int
    reason: str
    cells: Sequence[str]
    text: str


@dataclass(frozen=True, slots=True)
class RepeatedRow:
    """A row whose source id and content stood in the file before: the same call."""

    line: int


Converted = UsageEvent | BadRow | RepeatedRow


class RowConverter:
    """Turns the rows of one file, in order, into events. Remembers a digest a row: ids need the rows before.

    `latest_ms` is the newest time that the broker would take; a later row would become a dead letter.
    """

    def __init__(self, mapping: ImportMapping, header: Sequence[str], latest_ms: int) -> None:
        mapping.check_header(header)
        self._mapping = mapping
        self._latest_ms = latest_ms
        self._cells = [(field, column, header.index(column)) for field, column in mapping.columns.items()]
        self._content = [(name, index) for index, name in enumerate(header) if name not in NOTE_COLUMNS]
        self._repeats: dict[UUID, int] = {}
        self._sources: dict[bytes, tuple[int, bytes]] = {}

    def convert(self, row: SourceRow) -> Converted:
        """The event of a row. Never raises for bad input."""
        if row.problem:
            return _bad(row, row.problem)
        try:
            event = self._event(row)
        except ValidationError as error:
            return _bad(row, self._explain(error))
        except (ValueError, OverflowError) as error:
            return _bad(row, str(error))
        return event if event.source_id is None else self._check_source(row, event)

    def _event(self, row: SourceRow) -> UsageEvent:
        values = {**self._mapping.values, **self._mapped(row)}
        created_at = values.get("created_at")
        if created_at is None:
            raise ValueError("created_at is empty")
        created_ms = datetime_to_ms(created_at)
        if created_ms > self._latest_ms:
            raise ValueError("created_at lies in the future")
        values.setdefault("status", _status(values))
        values["id"] = self._event_id(row, created_ms, values)
        return UsageEvent.model_validate(values)

    def _mapped(self, row: SourceRow) -> dict[str, Any]:
        values = {}
        for field, column, index in self._cells:
            text = row.cells[index]
            if text.strip():
                try:
                    values[field] = self._mapping.value(field, text)
                except (ValueError, OverflowError) as error:
                    raise ValueError(f"{field} (column {column}) {error}") from None
        return values

    def _event_id(self, row: SourceRow, created_ms: int, values: dict[str, Any]) -> UUID:
        source_id = values.get("source_id")
        if source_id is not None:
            return derived_event_id(created_ms, str(values.get("provider")), source_id)
        content = [part for name, index in self._content for part in (name, row.cells[index])]
        first = derived_event_id(created_ms, "row", *content, "0")
        ordinal = self._repeats.get(first, 0)
        self._repeats[first] = ordinal + 1
        return first if ordinal == 0 else derived_event_id(created_ms, "row", *content, str(ordinal))

    def _check_source(self, row: SourceRow, event: UsageEvent) -> Converted:
        key = derived_event_id(0, event.provider, event.source_id or "").bytes
        digest = content_digest(event)
        line, known = self._sources.setdefault(key, (row.line, digest))
        if line == row.line:
            return event
        if known == digest:
            return RepeatedRow(row.line)
        return _bad(row, f"source_id was given to another call in line {line}")

    def _explain(self, error: ValidationError) -> str:
        problems = error.errors(include_url=False, include_input=False, include_context=False)
        return "; ".join(self._sentence(problem["loc"], problem["msg"]) for problem in problems[:3])

    def _sentence(self, where: tuple[int | str, ...], message: str) -> str:
        text = message.removeprefix("Value error, ")
        if not where:
            return text
        field = str(where[0])
        if message == "Field required":
            return f"{field} is empty"
        column = self._mapping.columns.get(field)
        return f"{field}{f' (column {column})' if column else ''}: {text}"


def _status(values: dict[str, Any]) -> LLMUsageStatus:
    reported = any(values.get(name) is not None for name in USAGE_FIELDS)
    return LLMUsageStatus.SUCCESS if reported else LLMUsageStatus.MISSING_USAGE


def _bad(row: SourceRow, reason: str) -> BadRow:
    return BadRow(row.line, reason, row.cells, row.text)
