"""The usage events beside the provider's book, as a table."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from provider import Book, calls
from tollbook_schemas import UsageEvent
from tollbook_schemas.usage import USAGE_FIELDS

Told = tuple[str, frozenset[tuple[str, Decimal]]]


def table(events: Iterable[UsageEvent]) -> Iterator[str]:
    """Lines: use case, calls and tokens by status."""
    lines: dict[tuple[str, str], Counter[str]] = {}
    for event in events:
        counter = lines.setdefault((event.use_case, event.status.value), Counter())
        counter.update(calls=1, tokens=event.total_tokens or 0)
    yield f"{'use case':<44}{'status':<15}{'calls':>5}{'tokens':>9}"
    for (use_case, status), counter in sorted(lines.items()):
        yield f"{use_case:<44}{status:<15}{counter['calls']:>5}{counter['tokens']:>9,}"


def agrees(book: Book, events: Iterable[UsageEvent]) -> bool:
    """Whether each call in the book is exactly one event of the same model with the same counts, and none is beyond."""
    booked = Counter(_told(call.model, call.told) for call in calls(book.entries))
    return booked == Counter(_told(event.model, event.model_dump(include=set(USAGE_FIELDS))) for event in events)


def _told(model: str, counts: Mapping[str, object]) -> Told:
    return model, frozenset((name, Decimal(str(count))) for name, count in counts.items() if count is not None)
