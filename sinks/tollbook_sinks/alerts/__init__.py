"""What a person should look at: facts from one snapshot, thresholds from settings, one list."""

from tollbook_sinks.alerts.alert import CODES, Alert, Code
from tollbook_sinks.alerts.conditions import find_alerts
from tollbook_sinks.alerts.ends import LogEnds
from tollbook_sinks.alerts.facts import (
    Facts,
    Lag,
    LeavingDay,
    Producer,
    SpoolFacts,
    UndecidedLetters,
    UnfinishedWindow,
    UsageGap,
)
from tollbook_sinks.alerts.reading import read_facts
from tollbook_sinks.alerts.thresholds import Thresholds, thresholds_of
from tollbook_sinks.alerts.watch import look

__all__ = [
    "CODES",
    "Alert",
    "Code",
    "Facts",
    "Lag",
    "LeavingDay",
    "LogEnds",
    "Producer",
    "SpoolFacts",
    "Thresholds",
    "UndecidedLetters",
    "UnfinishedWindow",
    "UsageGap",
    "find_alerts",
    "look",
    "read_facts",
    "thresholds_of",
]
