-- The time in a UUIDv7. Postgres reads it by itself only from 18 on (17 has a function of that name for version 1), and
-- the oldest server that we run on is 15.

-- Null where the id is no UUIDv7. Neither STRICT nor with a search_path: then it is inlined, which makes it ten times faster.
CREATE FUNCTION uuid7_time(id uuid) RETURNS timestamptz
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN get_byte(uuid_send(id), 6) >> 4 = 7 AND get_byte(uuid_send(id), 8) >> 6 = 2 THEN
    timezone('UTC', timestamp '1970-01-01 00:00:00' + interval '1 millisecond' * (
        (get_byte(uuid_send(id), 0)::bigint << 40) + (get_byte(uuid_send(id), 1)::bigint << 32)
        + (get_byte(uuid_send(id), 2)::bigint << 24) + (get_byte(uuid_send(id), 3)::bigint << 16)
        + (get_byte(uuid_send(id), 4)::bigint << 8) + get_byte(uuid_send(id), 5)
    ))
END;

-- A ledger from before this function checks its ids with those of Postgres 18.
DO $$
BEGIN
    IF to_regclass('public.llm_usage_events') IS NOT NULL THEN
        ALTER TABLE llm_usage_events DROP CONSTRAINT llm_usage_events_id_holds_created_at;
        ALTER TABLE llm_usage_events ADD CONSTRAINT llm_usage_events_id_holds_created_at
            CHECK (created_at IS NOT DISTINCT FROM uuid7_time(id));
    END IF;
END
$$;
