"""A ledger of any size with its true totals, made by Postgres itself: what other benchmarks begin with."""
