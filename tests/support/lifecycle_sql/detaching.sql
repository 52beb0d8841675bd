SELECT inhrelid::regclass FROM pg_inherits WHERE inhdetachpending;
