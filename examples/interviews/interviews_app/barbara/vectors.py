"""How alike two texts are."""

from collections.abc import Sequence
from math import hypot


def cosine(left: Sequence[float], right: Sequence[float]) -> float:
    """Between -1 and 1."""
    product = sum(a * b for a, b in zip(left, right, strict=True))
    return product / (hypot(*left) * hypot(*right))
