DELETE FROM llm_expired_offsets;
DELETE FROM llm_expired_days;
