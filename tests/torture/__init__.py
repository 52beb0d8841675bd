"""Torture of the real pipe: seeded rounds of faults under load, each held against a truth written as calls are made."""
