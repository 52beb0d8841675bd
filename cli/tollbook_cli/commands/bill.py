"""`tollbook bill`."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, NamedTuple, cast, get_args

import typer
from psycopg import Connection, IsolationLevel
from rich.console import Group, RenderableType
from rich.text import Text

from tollbook_billing import (
    LINE_PARTS,
    Book,
    Part,
    ScopeKind,
    UsageScope,
    invoice_lines,
    open_database,
    provider_differences,
    read_usage,
    usage_at_prices,
)
from tollbook_billing.unknowns import unknowns_of
from tollbook_cli.console import console
from tollbook_cli.environment import resolve_settings
from tollbook_cli.pricing.files import read_prices
from tollbook_cli.pricing.supposed import supposed_json
from tollbook_cli.statement import render_statement, save_picture, statement_json
from tollbook_cli.statement.as_json import subject_json
from tollbook_cli.statement.every import bills_json, read_bills, render_bills
from tollbook_cli.statement.money import MoneyAnswer, invoice_answer, provider_answer, repriced_answer
from tollbook_cli.statement.ranges import BadRangeError, Range, choose_range
from tollbook_cli.statement.render import describe_subject
from tollbook_cli.statement.unknown import unknown_json, unknown_notes
from tollbook_schemas import Settings

_WHEN = "A date or time, UTC unless it names a zone, on a window boundary"


def command(
    *,
    project: Annotated[str | None, typer.Option(help="The project's id.")] = None,
    session: Annotated[str | None, typer.Option(help="The session's id.")] = None,
    collection: Annotated[str | None, typer.Option(help="The collection's id.")] = None,
    template: Annotated[str | None, typer.Option(help="The template's id.")] = None,
    workspace: Annotated[
        str | None, typer.Option(help="The workspace's id; beside one of the above it narrows it.")
    ] = None,
    everybody: Annotated[
        bool,
        typer.Option("--all", help="Every workspace's bill in one table; with --workspace, every project's of it."),
    ] = False,
    by: Annotated[
        list[str] | None,
        typer.Option(
            "--by",
            metavar="PART",
            help="Tell lines apart by this, again for more: provider, model, use_case (the default), environment, "
            "workspace, project, template, collection, window, day or month.",
        ),
    ] = None,
    zone: Annotated[str, typer.Option(help="Whose days and months, such as Europe/Berlin.")] = "UTC",
    start: Annotated[str | None, typer.Option("--from", metavar="TIME", help=f"{_WHEN}.")] = None,
    end: Annotated[str | None, typer.Option("--to", metavar="TIME", help=f"{_WHEN}, exclusive.")] = None,
    all_time: Annotated[bool, typer.Option("--all-time", help="Everything that the database holds.")] = False,
    all_windows: Annotated[bool, typer.Option("--all-windows", help="Show every window's proof.")] = False,
    picture: Annotated[
        Path | None, typer.Option(metavar="FILE.svg", help="Draw the statement into a file too.")
    ] = None,
    book: Annotated[
        Book | None, typer.Option(help="cost (the default): what providers charge; sell: what customers are charged.")
    ] = None,
    currency: Annotated[str, typer.Option(help="Prices in this currency; what has none in it is unpriced.")] = "USD",
    invoice: Annotated[
        bool, typer.Option("--invoice", help="Invoice lines, rounded to the minor unit; of --book sell by default.")
    ] = False,
    compare_provider: Annotated[
        bool, typer.Option("--compare-provider", help="The providers' own charges beside ours.")
    ] = False,
    prices: Annotated[
        Path | None, typer.Option(metavar="FILE", help="What it would have cost with these prices (see prices import).")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object, all digits kept.")] = False,
) -> None:
    """Show what a project, a session, a collection, a template or a workspace used and cost, with its proof.

    Without a range: the current UTC month. With only --from or only --to, the other side is open.
    Windows that are still open are included as provisional. No usage in the range is an answer,
    not a failure: an id that nobody has used yet looks the same.

    Money is exact until it is shown; only invoice lines are rounded, once, halves away from zero, and their sum is the
    invoice. What has no price is unpriced, which is not free. --prices compares with supposed prices, each in the place
    of the price for the same model, class, tier, batch, size and workspace. What nobody knows is in every answer:
    models and classes without a price, calls without usage, windows that are still open; none of it is zero.

    --all closes a month: a row for each workspace (or project of --workspace), one for what names none, which nobody is
    billed, and their sum; with --invoice what each invoice amounts to as well. It is of one state of the database.

    Exit code 0: answered; 1: the database cannot answer; 2: misuse.

    The record says what the range, or all time, is here: of time before it begins nothing is known. The events of its
    dropped days have left the ledger; their totals stay.

    With --by, what lines are not told apart by is null, and lines have the keys asked for as well: environment,
    workspace_id, project_id, template_id, collection_id; for a window, day or month period_start, and period, its date.

    The JSON object, by example (null: nobody reported it; money and seconds: exact decimals as text):

    \b
    {"scope": {"kind": "project", "id": "p1", "workspace_id": null},
     "from": "2026-03-01T00:00:00Z", "to": "2026-04-01T00:00:00Z",
     "book": "cost", "currency": "USD",
     "lines": [
       {"provider": "openai", "model": "gpt-4.1-nano", "response_model": "gpt-4.1-nano-2025-04-14",
        "use_case": "barbara_analysis", "state": "final", "events": 2, "calls": 2, "calls_success": 1,
        "calls_missing_usage": 0, "calls_timeout": 1, "calls_error": 0, "calls_with_usage": 1,
        "usage": {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110,
          "input_audio_tokens": null, "output_audio_tokens": null,
          "cached_prompt_tokens": null, "cached_audio_tokens": null, "cached_image_tokens": null,
          "cache_write_tokens": null, "reasoning_tokens": null,
          "tool_use_prompt_tokens": null, "input_image_tokens": null, "output_image_tokens": null,
          "input_audio_seconds": null, "billable_audio_seconds": null, "output_audio_seconds": null,
          "output_images": null, "web_search_requests": 1, "provider_cost_usd": null,
          "latency_ms": 640},
        "calls_that_report": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 1,
          "web_search_requests": 1, "latency_ms": 2},
        "cost": "0.000014", "corrections": null, "total": "0.000014",
        "unpriced": {"web_search": "1"}}],
     "totals": {"events": 2, "calls": 2, "...": "as in a line"},
     "confidence": {"coverage": "0.500000", "final_calls": 2, "provisional_calls": 0,
       "disputed_windows": 0, "is_final": true},
     "record": {"begins": "2026-03-02T12:00:00Z", "ends": "2026-03-02T13:00:00Z",
       "dropped_days": 0, "dropped_through": null},
     "unknown": {"calls_without_usage": 1, "unpriced": {"web_search": "1"},
       "unpriced_models": [{"provider": "openai", "model": "gpt-4.1-nano-2025-04-14",
         "unpriced": {"web_search": "1"}}],
       "provisional_calls": 0,
       "windows": {"open": 0, "closed": 0, "compacted": 1, "disputed": 0}},
     "adjustments": [
       {"reason": "late", "state": "final", "events": 1, "calls": 1, "prompt_tokens": 0,
        "completion_tokens": 0}],
     "windows": [
       {"stream": "live", "start": "2026-03-02T12:00:00Z", "state": "compacted", "calls": 2,
        "proven": true, "ledger_events": 3, "rollup_events": 3, "ledger_calls": 3, "rollup_calls": 3,
        "ledger_digest": "01ab", "rollup_digest": "01ab", "compacted_at": "2026-03-02T14:00:00Z",
        "differences": null}]}

    The other answers hold scope, from, to and unknown as well, and by example:

    \b
    --invoice: {"invoice": [{"kind": "usage", "provider": "openai", "model": "gpt-4.1-nano",
       "token_class": "input_text", "service_tier": null, "batch": false, "state": "final",
       "quantity": "100", "price_per_one": "0.0000002", "exact": "0.00002", "amount": "0.00",
       "currency": "USD"}], "total": "0.00", "unpriced_lines": 0}
    --compare-provider: {"provider_differences": [{"provider": "xai", "model": "grok-4",
       "response_model": null, "calls_reported": 2, "provider_cost_usd": "0.5", "calls_compared": 1,
       "compared_provider_cost_usd": "0.2", "compared_cost_usd": "0.19", "difference_usd": "0.01",
       "calls_unpriced": 1, "calls_mixed": 0}]}
    --prices: {"repriced": [{"provider": "openai", "model": "gpt-4.1-nano", "response_model": null,
       "use_case": "barbara_analysis", "state": "final", "calls": 2, "total": "0.2", "unpriced": {},
       "supposed": "0.1", "supposed_unpriced": {"web_search": "1"}, "difference": "-0.1",
       "currency": "USD"}], "total": "0.2", "supposed": "0.1", "difference": "-0.1"}
    --all: {"book": "sell", "currency": "USD", "each": "workspace", "bills": [{"id": "acme", "calls": 2,
       "calls_success": 1, "calls_missing_usage": 0, "calls_timeout": 1, "calls_error": 0,
       "calls_without_usage": 1, "provisional_calls": 0, "cost": "0.2", "corrections": null,
       "total": "0.2", "unpriced": {}, "invoice": "0.20"}], "totals": {"calls": 2, "...": "as in a bill"},
       "unattributed_calls": 0}; id null: names no workspace; invoice: with --invoice only

    Example: tollbook bill --project p1 --from 2026-03-01 --to 2026-04-01
    """
    if everybody:
        _refuse_beside_all(project, session, collection, template, by, all_windows, compare_provider, prices, picture)
        _bill_all(workspace, (start, end, all_time), book, currency, invoice=invoice, json=json)
        return
    scope = _scope(workspace, project=project, session=session, collection=collection, template=template)
    parts = _parts(by)
    settings = resolve_settings("owner")
    first, last = _range(start, end, all_time, settings)
    if sum((prices is not None, invoice, compare_provider)) > 1:
        raise typer.BadParameter("--invoice, --compare-provider and --prices are three answers: ask for one of them")
    supposed = supposed_json(read_prices(prices)) if prices else None
    asked = _Asked(scope, first, last, book or ("sell" if invoice else "cost"), currency)
    with open_database(settings.postgres) as connection, _one_moment(connection):
        if supposed is not None:
            shown, data = _with_subject(connection, asked, _repriced(connection, asked, supposed))
        elif invoice:
            shown, data = _with_subject(connection, asked, _invoice(connection, asked))
        elif compare_provider:
            answer = provider_answer(provider_differences(connection, scope, first, last))
            shown, data = _with_subject(connection, asked, answer)
        else:
            statement = read_usage(
                connection, scope, first, last, book=asked.book, currency=currency, by=parts, zone=zone
            )
            shown, data = render_statement(statement, all_windows=all_windows), statement_json(statement)
    if picture is not None:
        save_picture(picture, "tollbook bill", [shown])
    _print(shown, data, json=json)


def _print(shown: RenderableType, data: dict[str, Any], *, json: bool) -> None:
    if json:
        console.print_json(data=data)
    else:
        console.print(shown)


def _bill_all(
    workspace: str | None,
    asked: tuple[str | None, str | None, bool],
    book: Book | None,
    currency: str,
    *,
    invoice: bool,
    json: bool,
) -> None:
    settings = resolve_settings("owner")
    first, last = _range(*asked, settings)
    of = book or ("sell" if invoice else "cost")
    with open_database(settings.postgres) as connection, _one_moment(connection):
        bills = read_bills(connection, workspace, first, last, book=of, currency=currency, invoice=invoice)
    _print(render_bills(bills), bills_json(bills), json=json)


def _refuse_beside_all(*others: object) -> None:
    if any(others):
        raise typer.BadParameter(
            "--all goes with --workspace, a range, --book, --currency and --invoice: leave the other options out"
        )


class _Asked(NamedTuple):
    scope: UsageScope
    start: datetime | None
    end: datetime | None
    book: Book
    currency: str


@contextmanager
def _one_moment(connection: Connection[Any]) -> Iterator[None]:
    """An answer and what it does not know are of one state of the database."""
    connection.isolation_level = IsolationLevel.REPEATABLE_READ
    with connection.transaction():
        yield


def _repriced(connection: Connection[Any], asked: _Asked, supposed: list[Any]) -> MoneyAnswer:
    scope, start, end, book, currency = asked
    lines = usage_at_prices(connection, supposed, scope, start, end, book=book, currency=currency)
    return repriced_answer(lines, currency)


def _invoice(connection: Connection[Any], asked: _Asked) -> MoneyAnswer:
    scope, start, end, book, currency = asked
    lines = invoice_lines(connection, scope, start, end, book=book, currency=currency)
    return invoice_answer(lines, currency)


def _with_subject(
    connection: Connection[Any], asked: _Asked, answer: MoneyAnswer
) -> tuple[RenderableType, dict[str, Any]]:
    """The answer with whose it is before it, and behind it what is not known."""
    scope, start, end, book, currency = asked
    unknowns = unknowns_of(read_usage(connection, scope, start, end, book=book, currency=currency))
    heading = Text(describe_subject(scope, start, end), style="bold")
    shown = Group(heading, answer.shown, *unknown_notes(unknowns))
    return shown, subject_json(scope, start, end) | answer.data | {"unknown": unknown_json(unknowns)}


def _scope(workspace: str | None, **owners: str | None) -> UsageScope:
    given = [(kind, name) for kind, name in owners.items() if name is not None]
    options = ", ".join(f"--{kind}" for kind in owners)
    if len(given) > 1:
        raise typer.BadParameter(f"{options} exclude each other: ask for one of them")
    if given:
        kind, name = given[0]
        return UsageScope(cast("ScopeKind", kind), name, workspace)
    if workspace is not None:
        return UsageScope("workspace", workspace)
    raise typer.BadParameter(f"whose bill? Give one of {options}, --workspace or --all")


def _parts(names: list[str] | None) -> tuple[Part, ...]:
    for name in names or ():
        if name not in get_args(Part):
            raise typer.BadParameter(f"--by {name}: lines are told apart by {', '.join(get_args(Part))}")
    return cast("tuple[Part, ...]", tuple(names)) if names else LINE_PARTS


def _range(start: str | None, end: str | None, all_time: bool, settings: Settings) -> Range:
    try:
        return choose_range(start, end, all_time=all_time, rule=settings.window_rule, now=datetime.now(UTC))
    except BadRangeError as error:
        raise typer.BadParameter(str(error)) from error
