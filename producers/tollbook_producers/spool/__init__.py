"""The spool: intents and outcomes on disk, so that a dead worker, an absent broker or a fork loses no call."""
