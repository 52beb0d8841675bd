-- A thousand calls in each hour of the three days around record 0, then the planner's statistics.
CREATE TEMPORARY TABLE copied AS
SELECT event.*, n
  FROM llm_usage_events AS event, generate_series(0, 71999) AS n
 WHERE source_offset = 0 AND source_partition = 0;
UPDATE copied
   SET created_at = date_trunc('day', created_at, 'UTC') - interval '1 day' + n * interval '3600 ms',
       source_offset = 10 + n;
UPDATE copied
   SET id = (lpad(to_hex((extract(epoch FROM created_at) * 1000)::bigint), 12, '0') || '70008000'
             || lpad(to_hex(n), 12, '0'))::uuid;
ALTER TABLE copied DROP COLUMN n;
INSERT INTO llm_usage_events SELECT * FROM copied;
DROP TABLE copied;
ANALYZE llm_usage_events;
