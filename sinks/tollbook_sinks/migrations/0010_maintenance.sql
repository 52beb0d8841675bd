-- When the maintainer last compared a window: a disputed one is looked at again after a while.

ALTER TABLE llm_windows ADD COLUMN checked_at timestamptz;
COMMENT ON COLUMN llm_windows.checked_at IS 'when ledger and rollups were last compared';
