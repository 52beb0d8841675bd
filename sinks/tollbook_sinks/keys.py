"""The digest that names a rollup row wherever its twelve dimensions would be too wide for a key."""

import hashlib
from functools import lru_cache

import orjson

from tollbook_schemas.dimensions import Dimensions


@lru_cache(maxsize=65_536)
def dimensions_digest(dimensions: Dimensions) -> bytes:
    """SHA-256 of the dimensions as a JSON array; equal dimensions have equal digests."""
    return hashlib.sha256(orjson.dumps(list(dimensions))).digest()
