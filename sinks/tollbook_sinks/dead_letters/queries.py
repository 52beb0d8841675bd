"""The statements about dead letters, with the parts that they share put in."""

from typing import Final

from tollbook_sinks.queries import load_queries

QUERIES: Final = load_queries("dead_letters.sql", **load_queries("dead_letter_parts.sql"))
