"""Where to read on after an assignment: from Postgres alone, and only in the very log that it was filled from."""

import logging
from collections.abc import Collection, Mapping

from tollbook_sinks.batches import Partition
from tollbook_sinks.errors import LogIdentityError, LogTruncatedError
from tollbook_sinks.partitions import LogId
from tollbook_sinks.ports import AskWatermarks, Recorded
from tollbook_sinks.records import Feed

logger = logging.getLogger(__name__)


def load_partitions(
    partitions: Recorded, assigned: Collection[Feed], logs: Mapping[Feed, LogId], watermarks: AskWatermarks
) -> dict[Feed, Partition]:
    """The assigned partitions as Postgres knows them; `logs` names every partition of the four topics.

    Partitions that Postgres does not know, assigned or not, are recorded at their low watermark: windows close only
    when all of them have passed. Raises LogIdentityError for another cluster or a recreated topic, LogTruncatedError
    if a source log does not hold what comes next.
    """
    recorded = partitions.read()
    for partition in recorded.values():
        _check_identity(partition, logs.get(partition.feed))
    new = [(feed, log, watermarks(feed)[0]) for feed, log in logs.items() if feed not in recorded]
    if new:
        partitions.register(new)
        recorded = partitions.read()
    found = {feed: recorded[feed] for feed in assigned}
    for feed, partition in found.items():
        low, high = watermarks(feed)
        _check_watermarks(partition, low, high)
        if partition.next_offset < low:
            partitions.skip_to(partition, low)
    return found


def _check_identity(partition: Partition, log: LogId | None) -> None:
    feed = partition.feed
    if log is None and partition.next_offset == 0:
        return  # recorded before it is made, while topics grow
    if log is None:
        raise LogIdentityError(
            f"the {feed.kind} {feed.side} topic has no partition {feed.partition}, and this database has read one: "
            "the topic was made anew; use an empty database, or bring the old topic back"
        )
    if partition.log.cluster_id != log.cluster_id:
        raise LogIdentityError(
            f"this database was filled from Kafka cluster {partition.log.cluster_id}, and TOLLBOOK_KAFKA leads to "
            f"cluster {log.cluster_id}: its offsets mean nothing there; set the address right, or use an empty database"
        )
    if partition.log.topic_id != log.topic_id:
        raise LogIdentityError(
            f"the {feed.kind} {feed.side} topic was deleted and made anew (id {log.topic_id}, this "
            f"database knows {partition.log.topic_id}): use an empty database, or bring the old topic back"
        )


def _check_watermarks(partition: Partition, low: int, high: int) -> None:
    feed, following = partition.feed, partition.next_offset
    name = f"{feed.kind} {feed.side} partition {feed.partition}"
    if following > high:
        raise LogTruncatedError(
            f"{name} ends at offset {high} and this database has read up to {following}: the log lost records; restore "
            "the cluster, or restore the database to a backup from before"
        )
    if following >= low:
        return
    if feed.side == "source":
        raise LogTruncatedError(
            f"{name} begins at offset {low} and this database needs offset {following} next: {low - following} records "
            "left the log before the sink read them; restore them, or import that time's usage into an empty database"
        )
    logger.warning(
        "%s begins at offset %d and this database needs %d next: totals may be missing; their windows become disputed "
        "until they are folded again",
        name,
        low,
        following,
    )
