"""The contract that Tollbook's packages meet in: events, rollup records, topics, windows and settings."""

from tollbook_schemas.attribution import LLMUsageAttribution, LLMUsageStatus, LLMUseCase
from tollbook_schemas.codec import (
    Decoded,
    DecodedEvent,
    ImportEnd,
    Rejected,
    Tick,
    content_digest,
    decode,
    encode_event,
)
from tollbook_schemas.dimensions import PROMPT_BANDS, Dimensions, dimensions_of, prompt_band
from tollbook_schemas.errors import SettingsError, TollbookError, UnknownSchemaVersionError
from tollbook_schemas.event import UsageEvent
from tollbook_schemas.ids import derived_event_id, new_event_id
from tollbook_schemas.judge import BrokenBrokerClockError, Judgement, PartitionTime, judge
from tollbook_schemas.measures import MEASURES, Measures, measures_of
from tollbook_schemas.rollups import BadRollupRecordError, Mark, OpenScope, RollupKey, RollupValue
from tollbook_schemas.settings import Settings
from tollbook_schemas.split import PriceSplit, split
from tollbook_schemas.topics import StreamKind, Topics
from tollbook_schemas.usage import NormalizedTokenUsage
from tollbook_schemas.windows import WindowRule

__all__ = [
    "MEASURES",
    "PROMPT_BANDS",
    "BadRollupRecordError",
    "BrokenBrokerClockError",
    "Decoded",
    "DecodedEvent",
    "Dimensions",
    "ImportEnd",
    "Judgement",
    "LLMUsageAttribution",
    "LLMUsageStatus",
    "LLMUseCase",
    "Mark",
    "Measures",
    "NormalizedTokenUsage",
    "OpenScope",
    "PartitionTime",
    "PriceSplit",
    "Rejected",
    "RollupKey",
    "RollupValue",
    "Settings",
    "SettingsError",
    "StreamKind",
    "Tick",
    "TollbookError",
    "Topics",
    "UnknownSchemaVersionError",
    "UsageEvent",
    "WindowRule",
    "content_digest",
    "decode",
    "derived_event_id",
    "dimensions_of",
    "encode_event",
    "judge",
    "measures_of",
    "new_event_id",
    "prompt_band",
    "split",
]
