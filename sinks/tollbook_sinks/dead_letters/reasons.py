"""Every reason for a dead letter, as a sentence that says what to do."""

REASONS = {
    "not_json": "The record's value is not JSON, so no call can be read from it: find its writer, then discard it.",
    "invalid": "The record is no valid usage event: mend its writer; requeue it after an upgrade that understands it.",
    "key_mismatch": "The record's key is not the id of its event: mend its writer, and requeue it.",
    "no_import_id": (
        "The record stands on the imports topic and belongs to no import: find its writer, and requeue it if its call "
        "is to be counted."
    ),
    "end_on_live_topic": "An import's end stands on the topic of live events, where it means nothing: discard it.",
    "too_old": "The event was older than the acceptance horizon when it reached the log: requeue it to count it.",
    "in_future": (
        "The event is dated after the time at which the broker took it: set the producer's clock right; once that time "
        "has come it can be requeued."
    ),
    "conflict": (
        "Another call with the same id and other content came first and is counted: mend what gives ids twice; this "
        "one can only be discarded."
    ),
    "expired": (
        "The event's day has left the ledger, and whether it was counted before could not be told: it can only be "
        "discarded."
    ),
}


def explain(reason: str) -> str:
    """The sentence of a reason."""
    return REASONS.get(reason, "The record is no ledger row for a reason that this version does not know: upgrade.")
