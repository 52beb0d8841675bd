"""How the columns of a file become the fields of an event."""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import orjson
from pydantic import ValidationError

from tollbook_producers.imports.errors import MappingError
from tollbook_producers.imports.fields import FIELDS, REQUIRED, parse_cell
from tollbook_producers.imports.times import parse_time
from tollbook_schemas import UsageEvent, derived_event_id
from tollbook_schemas.ids import ms_to_datetime


@dataclass(frozen=True)
class ImportMapping:
    """`columns` maps a field to a column, `constants` a field to the text that holds for every row.

    Raises MappingError for an unknown field, one that is given twice, a missing required one, a bad constant, an
    unknown time zone or a delimiter that is not one character.
    """

    columns: Mapping[str, str]
    constants: Mapping[str, str]
    delimiter: str = ","
    timezone: str = "UTC"

    def __post_init__(self) -> None:
        _refuse_unknown((*self.columns, *self.constants))
        twice = sorted(self.columns.keys() & self.constants.keys())
        if twice:
            raise MappingError(f"{', '.join(twice)}: given by --map and by --set; keep one of them")
        _refuse_missing(self.columns.keys() | self.constants.keys())
        if len(self.delimiter) != 1 or self.delimiter in '\r\n"':
            raise MappingError(
                f"the delimiter is one character such as ',' or ';' (or the word tab), not {self.delimiter!r}"
            )
        self._check_constants()

    @cached_property
    def zone(self) -> ZoneInfo:
        """The zone of times that name none."""
        try:
            return ZoneInfo(self.timezone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise MappingError(
                f"{self.timezone!r} is no time zone known here: use an IANA name such as Europe/Berlin"
            ) from None

    @cached_property
    def values(self) -> dict[str, Any]:
        """The constants as values of their fields."""
        return {name: self.value(name, text) for name, text in self.constants.items()}

    def value(self, field: str, text: str) -> Any:
        """The value of a cell or a constant. Raises ValueError with the end of a sentence."""
        return ms_to_datetime(parse_time(text, self.zone)) if field == "created_at" else parse_cell(field, text)

    def canonical(self) -> bytes:
        """One spelling for equal mappings: part of the import's id."""
        parts = {
            "map": dict(self.columns),
            "set": dict(self.constants),
            "delimiter": self.delimiter,
            "timezone": self.timezone,
        }
        return orjson.dumps(parts, option=orjson.OPT_SORT_KEYS)

    def check_header(self, header: Sequence[str]) -> None:
        """Raise MappingError for a mapped column that the file does not have."""
        for field, column in self.columns.items():
            if column not in header:
                raise MappingError(
                    f"--map {field}={column}: the file has no column {column!r}{_hint(column, header)}; "
                    f"its columns are {', '.join(header)}"
                )

    def _check_constants(self) -> None:
        values: dict[str, Any] = {"provider": "any", "model": "any", "use_case": "any", "status": "success"}
        for name, text in self.constants.items():
            try:
                values[name] = self.value(name, text)
            except (ValueError, OverflowError) as error:
                raise MappingError(f"--set {name}={text}: {name} {error}") from None
        _ = self.zone
        values.update(id=derived_event_id(0), created_at=ms_to_datetime(0))
        try:
            UsageEvent.model_validate(values)
        except ValidationError as error:
            for problem in error.errors(include_url=False, include_input=False, include_context=False):
                name = str(problem["loc"][0]) if problem["loc"] else ""
                if name in self.constants:
                    raise MappingError(f"--set {name}={self.constants[name]}: {problem['msg']}") from None


def parse_mapping(
    maps: Iterable[str], sets: Iterable[str], delimiter: str = ",", timezone: str = "UTC"
) -> ImportMapping:
    """A mapping from `field=COLUMN` and `field=value` arguments. Raises MappingError, as ImportMapping does."""
    one = "\t" if delimiter in {"tab", "\\t"} else delimiter
    return ImportMapping(_pairs("--map", maps), _pairs("--set", sets), one, timezone)


def _pairs(option: str, arguments: Iterable[str]) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for argument in arguments:
        field, equals, value = argument.partition("=")
        if not equals or not field or not value:
            raise MappingError(f"{option} {argument}: write field={'COLUMN' if option == '--map' else 'value'}")
        if field in pairs:
            raise MappingError(f"{option} {argument}: {field} is given twice; keep one of them")
        pairs[field] = value
    return pairs


def _refuse_unknown(names: Iterable[str]) -> None:
    for name in names:
        if name not in FIELDS:
            raise MappingError(
                f"{name!r} is no field of an event{_hint(name, FIELDS)}; `tollbook import --help` lists them"
            )


def _refuse_missing(given: Iterable[str]) -> None:
    missing = [name for name in REQUIRED if name not in given]
    if missing:
        raise MappingError(
            f"nothing says what {', '.join(missing)} is: give each by --map field=COLUMN or by --set field=value"
        )


def _hint(name: str, known: Sequence[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    return f" (did you mean {close[0]}?)" if close else ""
