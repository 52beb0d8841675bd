"""The published JSON Schema is frozen, matches the model, and accepts what producers write."""

import hashlib

import orjson
from hypothesis import given
from jsonschema import Draft202012Validator

from tollbook_schemas import UsageEvent, encode_event
from tollbook_schemas.published import event_json_schema, published_schema, render
from unit.schemas.strategies import usage_events

DIGEST = "308129b36cf238b97c1187ad41e769d6651bb1f721ae7b5e68bac8a535cb2250"
"""Changes only with an addition that old consumers tolerate; anything else is version 2."""

VALIDATOR = Draft202012Validator(orjson.loads(published_schema()))


def test_the_published_schema_is_frozen() -> None:
    assert hashlib.sha256(published_schema()).hexdigest() == DIGEST


def test_the_published_schema_is_the_models() -> None:
    assert published_schema() == render(event_json_schema())


@given(usage_events())
def test_what_producers_write_is_valid_against_it(original: UsageEvent) -> None:
    VALIDATOR.validate(orjson.loads(encode_event(original)[1]))
