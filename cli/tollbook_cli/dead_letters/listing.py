"""`tollbook dead-letters list` and `show`."""

from base64 import b64decode
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from tollbook_cli.console import console
from tollbook_cli.dead_letters.as_json import count_json, letter_json, print_json, record_json
from tollbook_cli.dead_letters.database import open_letters
from tollbook_cli.dead_letters.errors import NoSuchLetterError
from tollbook_cli.dead_letters.options import Json, Kind, Partition, Reasons, Since, Until, choose, parse_place
from tollbook_cli.dead_letters.text import pretty, printable
from tollbook_cli.environment import resolve_settings
from tollbook_sinks.dead_letters import Choice, Letter, LetterCount, LetterState, count_letters, explain, list_letters


def list_dead_letters(
    *,
    state: Annotated[LetterState | None, typer.Option(help="Only letters in this state.")] = None,
    reasons: Reasons = None,
    since: Since = None,
    until: Until = None,
    kind: Kind = None,
    partition: Partition = None,
    limit: Annotated[int, typer.Option(help="Show so many, the newest; the counts are of all.", min=0)] = 20,
    json: Json = False,
) -> None:
    """List dead letters, the newest first, and count them by reason and state.

    States: undecided; requeueing (its requeue was broken off: run `requeue` again); requeued; discarded.

    The JSON object, by example:

    \b
    {"counts": [{"reason": "too_old", "state": "undecided", "count": 1,
       "first_at": "2026-03-01T12:00:00Z", "last_at": "2026-03-01T12:00:00Z"}],
     "letters": [{"letter": "live/0/17", "reason": "too_old",
       "detail": "the event is older than the acceptance horizon: bring it in with `tollbook import`",
       "event_id": "0195d3a8-7b6e-7000-8000-000000000000", "appended_at": "2026-03-01T12:00:00Z",
       "state": "undecided", "import_id": null, "decided_by": null, "decided_at": null, "why": null}]}

    Example: tollbook dead-letters list --reason too_old --since 2026-03-01
    """
    choice = choose(reasons=reasons, since=since, until=until, kind=kind, partition=partition)
    with open_letters(resolve_settings("owner").postgres) as connection:
        counts = count_letters(connection, choice, state)
        letters = list_letters(connection, choice, state, limit)
    if json:
        found = {"counts": [count_json(count) for count in counts], "letters": [letter_json(one) for one in letters]}
        print_json(found)
    elif counts:
        console.print(_counts(counts))
        if letters:
            console.print(_letters(letters))
    else:
        console.print("no dead letters")


def show_dead_letter(
    letter: Annotated[str, typer.Argument(metavar="LETTER", help="Its place: kind/partition/offset.")],
    json: Json = False,
) -> None:
    """Show one dead letter: the reason in a sentence, and the record.

    An event holds ids, counts and names, never a prompt. What a record holds that is no event, nobody can promise:
    everything in it is shown escaped.

    The JSON object is that of a letter in `list` with `explanation`, the sentence, and `record`: `key`, `headers`
    (pairs) and `value`, each text or null.

    Example: tollbook dead-letters show live/0/17
    """
    place = parse_place(letter)
    with open_letters(resolve_settings("owner").postgres) as connection:
        found = list_letters(connection, Choice(places=(place,)))
    if not found:
        raise NoSuchLetterError(f"there is no dead letter {place}: `tollbook dead-letters list` shows them")
    if json:
        print_json(record_json(found[0]))
    else:
        _print(found[0])


def _print(letter: Letter) -> None:
    lines = [
        f"{letter.place}, taken {letter.appended_at:%Y-%m-%d %H:%M:%S}Z: {letter.state}",
        explain(letter.reason),
        f"{letter.reason}: {letter.detail}",
        *_decision(letter),
        f"key: {pretty(letter.key)}",
        *(f"header {name}: {pretty(value and b64decode(value))}" for name, value in letter.headers),
        pretty(letter.value),
    ]
    for line in lines:
        console.print(printable(line, lines=True), soft_wrap=True, markup=False)


def _decision(letter: Letter) -> list[str]:
    if letter.decided_at is None:
        return []
    as_import = f" as {letter.import_id}" if letter.import_id else ""
    return [f"{letter.state}{as_import} by {letter.decided_by} at {letter.decided_at:%Y-%m-%d %H:%M}Z: {letter.why}"]


def _counts(counts: list[LetterCount]) -> Table:
    table = Table("reason", "state", "letters", "first", "last")
    for count in counts:
        times = (f"{count.first_at:%Y-%m-%d %H:%M}Z", f"{count.last_at:%Y-%m-%d %H:%M}Z")
        table.add_row(escape(printable(count.reason)), count.state, f"{count.count:,}", *times)
    return table


def _letters(letters: list[Letter]) -> Table:
    table = Table("letter", "taken", "reason", "state", "detail")
    for letter in letters:
        taken = f"{letter.appended_at:%Y-%m-%d %H:%M}Z"
        detail = escape(printable(letter.detail))
        table.add_row(str(letter.place), taken, escape(printable(letter.reason)), letter.state, detail)
    return table
