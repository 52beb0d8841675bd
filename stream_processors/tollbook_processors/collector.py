"""Python's cyclic garbage collector, set up for a process that holds very many objects and makes hardly any cycles."""

import gc

YOUNG_OBJECTS = 50_000
"""So many new objects before the youngest are looked at: a batch's records are all free again by then."""
GENERATIONS = 20


def collect_rarely() -> None:
    """Look at new objects rarely, and at what was imported so far never: open keys are looked at over and over else."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, GENERATIONS, GENERATIONS)
