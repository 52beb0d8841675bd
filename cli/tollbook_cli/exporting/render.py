"""An export and a comparison for people, good at 100 columns."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from rich.console import Group, RenderableType
from rich.text import Text

from tollbook_billing import UsageScope
from tollbook_cli.exporting.changes import Change
from tollbook_cli.exporting.keep import Written
from tollbook_cli.exporting.manifest import Manifest, manifest_path, question_of_manifest
from tollbook_cli.statement.figures import UNKNOWN, count
from tollbook_cli.statement.render import describe_subject

MOST_SHOWN: Final = 40
_OUTCOMES: Final = {
    "written": ("written", "green"),
    "identical": ("identical to what was written before: nothing to do", "green"),
    "replaced": ("written anew: it was provisional, or was to be replaced", "yellow"),
    "kept": ("KEPT as it was: it was final, and what it rests on has changed since; --replace writes it anew", "red"),
}


def render_written(written: Written) -> RenderableType:
    """The file, its figures, what they leave out, and what changed."""
    label, style = _OUTCOMES[written.outcome]
    files = Text(f"{written.path}\n{manifest_path(written.path)}")
    parts: list[RenderableType] = [files, Text(label, style=style)]
    if written.outcome == "kept":
        parts.append(Text("What it would be now:"))
    parts += summary(written.manifest)
    if written.comparison is not None and written.outcome != "identical":
        parts.append(changes_text(written.comparison.changes))
    return Group(*parts)


def summary(manifest: Manifest) -> Iterator[Text]:
    """Whose export, how sure, the totals, and loudly what is not in them."""
    question = question_of_manifest(manifest)
    totals = manifest["totals"]
    yield Text(f"Usage of {describe_subject(_scope(question.scope), question.start, question.end)}", style="bold")
    yield Text(f"{count(manifest['rows'])} rows by day ({question.zone}), {manifest['digest']} (SHA-256)")
    yield _state(manifest)
    owed = _money(totals["total"])
    yield Text(f"{count(totals['calls'])} calls, {owed} {question.currency} in the {question.book} book")
    yield from _unknown(totals)


def changes_text(changes: Sequence[Change]) -> Text:
    """A line for each, up to a limit; the rest is counted."""
    if not changes:
        return Text("nothing that it rests on has changed", style="green")
    lines = [_describe(change) for change in changes[:MOST_SHOWN]]
    if len(changes) > MOST_SHOWN:
        lines.append(f"and {count(len(changes) - MOST_SHOWN)} more (--json has all)")
    return Text("\n".join([f"{count(len(changes))} changes since then:", *lines]), style="yellow")


def _scope(scope: UsageScope) -> UsageScope:
    return UsageScope(scope.kind, scope.id) if scope.kind == "workspace" else scope


def _state(manifest: Manifest) -> Text:
    if manifest["is_final"]:
        return Text("final: every window is proven; only corrections on record can change it", style="green")
    known, windows = manifest["range"], manifest["totals"]["windows"]
    reasons = [] if known["is_over"] else ["the range is not over"]
    reasons += [] if known["is_read"] else ["the log is not read past its end"]
    reasons += [f"{count(known[f'windows_{state}'])} windows {state}" for state in ("open", "closed", "disputed")]
    shown = ", ".join(reason for reason in reasons if not reason.startswith("0 "))
    own = ", ".join(f"{count(number)} {state}" for state, number in windows.items() if number and state != "compacted")
    return Text(
        f"PROVISIONAL: {shown or 'a window has no proof'}{f' (its own: {own})' if own else ''}", style="bold red"
    )


def _unknown(totals: Mapping[str, Any]) -> Iterator[Text]:
    if totals["provisional_calls"]:
        yield Text(f"{count(totals['provisional_calls'])} calls are provisional", style="yellow")
    if totals["calls_without_usage"]:
        yield Text(f"{count(totals['calls_without_usage'])} calls without usage are not in the cost", style="yellow")
    for model in totals["unpriced_models"]:
        used = ", ".join(f"{quantity} {name}" for name, quantity in model["unpriced"].items())
        yield Text(f"UNPRICED: {model['provider']} {model['model']}: {used}: not in the cost", style="red")


def _describe(change: Change) -> str:
    kind = change["change"]
    if kind == "adjustment":
        tokens = f"{change['prompt_tokens']:+,} prompt, {change['completion_tokens']:+,} completion"
        where = f"{change['provider']} {change['model']}, {change['use_case']}, window {change['window_start']}"
        return f"  {change['reason']}: {change['calls']:+,} calls, {tokens}: {where}, recorded {change['recorded_at']}"
    if kind == "adjustment_gone":
        return (
            f"  GONE: a correction ({change['reason']}, {change['kind']} {change['source_offset']}) is no longer there"
        )
    if kind in ("window", "window_unexplained"):
        loud = "" if kind == "window" else " NOTHING ON RECORD EXPLAINS IT: run `tollbook audit`"
        window = f"window {change['window_start']} ({change['stream']})"
        return f"  {window}: {_window(change['before'])}, now {_window(change['after'])}{loud}"
    if kind == "unexplained":
        return "  the rows differ and NOTHING ON RECORD EXPLAINS IT: run `tollbook audit`"
    return f"  {kind.replace('_', ' ')}: {_price(change['before'])}, now {_price(change['after'])}"


def _window(window: Mapping[str, Any] | None) -> str:
    return "no usage" if window is None else f"{window['state']} with {count(window['calls'])} calls"


def _price(price: Mapping[str, Any] | None) -> str:
    if price is None:
        return "none"
    whose = f" for workspace {price['workspace_id']}" if price["workspace_id"] else ""
    what = f"{price['provider']} {price['model']} {price['token_class']}{whose}"
    return f"{what} {price['price_per_one']} from {price['starts']} to {price['ends']}"


def _money(text: str | None) -> str:
    return UNKNOWN if text is None else f"{Decimal(text):,f}"
