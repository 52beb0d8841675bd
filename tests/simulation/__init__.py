"""The product's own decisions, driven together through random schedules in virtual time.

Real: everything between bytes and bytes. The processor's `RollupStream` with all behind it (admission, adoption, fold,
audit, refold, emission, writer, ticks), the sink's `Worker` with all behind it (batches, identity, the order of a
transaction, positions), the maintainer's `closable` and `prove`.

Simulated, as dumb storage: Kafka (append-only logs that are compacted, expire and have holes; batches in flight;
consumers that deliver from wrong positions) and Postgres (rows, primary keys, transactions).

The truth is computed from the source logs by `truth.py`, which shares no decision with the product. What must hold is
in `checks.py`, what can go wrong in `actions.py`, and what the simulator must notice in `mutants.py`.
"""
