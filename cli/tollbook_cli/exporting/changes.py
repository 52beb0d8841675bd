"""What made an export another one than it was, entry by entry; loud where nothing on record explains it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from tollbook_billing.exports import Row, UsageExport
from tollbook_cli.exporting.manifest import QUESTION, Manifest, manifest_of
from tollbook_cli.spelling import plain

Change = dict[str, Any]
"""`change` says which kind; the rest are its facts, as JSON."""
_SHOWN: Final = (
    *("reason", "kind", "source_partition", "source_offset", "stream", "window_start", "event_id", "provider"),
    *("model", "response_model", "use_case", "events", "calls", "prompt_tokens", "completion_tokens", "recorded_at"),
)


@dataclass(frozen=True, slots=True)
class Comparison:
    """An export as it was and as it is now.

    `is_same`: byte for byte. `changes`: what was entered, or changed, since then; it may have changed no figure.
    """

    before: Manifest
    now: Manifest
    changes: tuple[Change, ...]

    @property
    def is_same(self) -> bool:
        """Whether every row is what it was."""
        return bool(self.before["digest"] == self.now["digest"])


def is_same_question(before: Manifest, now: Manifest) -> bool:
    """Whether two manifests are of the same scope, range, zone, book and currency."""
    return all(before[name] == now[name] for name in QUESTION)


def compare(before: Manifest, export: UsageExport) -> Comparison:
    """What changed since the manifest was written, of the same question."""
    now = manifest_of(export)
    adjustments = list(_adjustments(before, export.adjustments))
    changes = [
        *adjustments,
        *_windows(before["windows"], now["windows"], adjustments),
        *_entries("price", before["prices"], now["prices"]),
        *_entries("price_correction", before["price_corrections"], now["price_corrections"]),
    ]
    if before["digest"] != now["digest"] and not changes:
        changes.append({"change": "unexplained", "before": before["totals"], "after": now["totals"]})
    return Comparison(before, now, tuple(changes))


def _adjustments(before: Manifest, adjustments: Iterable[Row]) -> Iterator[Change]:
    known = {
        (group["reason"], group["kind"], group["partition"], offset)
        for group in before["adjustments"]
        for offset in group["offsets"]
    }
    found = {(one["reason"], one["kind"], one["source_partition"], one["source_offset"]): one for one in adjustments}
    for key, one in found.items():
        if key not in known:
            yield {"change": "adjustment", **{name: plain(one[name]) for name in _SHOWN}}
    for reason, kind, partition, offset in sorted(known - found.keys()):
        yield {
            "change": "adjustment_gone",
            "reason": reason,
            "kind": kind,
            "source_partition": partition,
            "source_offset": offset,
        }


def _windows(
    before: Iterable[Mapping[str, Any]], now: Iterable[Mapping[str, Any]], adjustments: Iterable[Change]
) -> Iterator[Change]:
    """Windows that came, went, or are in another state; and those that changed more than corrections say."""
    adjusted: Counter[tuple[str, str]] = Counter()
    for one in adjustments:
        if one["change"] == "adjustment":
            adjusted[one["stream"], one["window_start"]] += one["calls"]
    old, new = _by_window(before), _by_window(now)
    for key in sorted(old.keys() | new.keys(), key=lambda key: (key[1], key[0])):
        was, is_ = old.get(key), new.get(key)
        told = {"stream": key[0], "window_start": key[1], "before": was, "after": is_}
        if was is None or is_ is None or was["state"] != is_["state"]:
            yield {"change": "window", **told}
        elif was != is_ and not _is_corrected(was, is_, adjusted[key]):
            yield {"change": "window_unexplained" if was["state"] == "compacted" else "window", **told}


def _is_corrected(was: Mapping[str, Any], is_: Mapping[str, Any], calls: int) -> bool:
    proofs = {was["ledger_digest"], is_["ledger_digest"]} - {None}  # a tenant is not shown them
    return was["calls"] + calls == is_["calls"] and was["proven"] == is_["proven"] and len(proofs) <= 1


def _by_window(windows: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str], Mapping[str, Any]]:
    return {
        (window["stream"], window["window_start"]): {
            name: value for name, value in window.items() if name not in ("stream", "window_start")
        }
        for window in windows
    }


def _entries(kind: str, before: Iterable[Mapping[str, Any]], now: Iterable[Mapping[str, Any]]) -> Iterator[Change]:
    old, new = ({one["id"]: one for one in entries} for entries in (before, now))
    for number in sorted(old.keys() | new.keys()):
        if old.get(number) != new.get(number):
            yield {"change": kind, "before": old.get(number), "after": new.get(number)}
