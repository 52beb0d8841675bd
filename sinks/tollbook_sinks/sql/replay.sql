-- A replay: its state, its totals, and what becomes of them. {dimensions}, {measures}, {sum_measures}, {partials},
-- {stated}, {stated_excluded} and {adjustments} are column lists, {places} the parameters of the last; the loader puts
-- them in.

-- name: unfinished
SELECT kind, generation, state, options, topic_id, report
  FROM llm_replays
 WHERE state IN ('folding', 'committed');

-- name: next_generation
-- Numbers are never used again, whatever became of the replay.
SELECT greatest(max(generation), (SELECT max(generation) FROM llm_replays WHERE kind = %(kind)s)) + 1
  FROM llm_generations
 WHERE kind = %(kind)s;

-- name: begin
INSERT INTO llm_replays (kind, generation, options, action)
VALUES (%(kind)s, %(generation)s, %(options)s, %(action)s);

-- name: begin_partition
INSERT INTO llm_replay_partitions (partition, first_offset, through, floor_ms)
VALUES (%(partition)s, %(first_offset)s, %(first_offset)s - 1, %(floor_ms)s);

-- name: record_topic
UPDATE llm_replays SET topic_id = %(topic_id)s WHERE kind = %(kind)s AND generation = %(generation)s;

-- name: end
UPDATE llm_replays
   SET state = %(state)s, report = coalesce(%(report)s, report),
       ended_at = CASE WHEN %(state)s = 'committed' THEN NULL ELSE now() END
 WHERE kind = %(kind)s AND generation = %(generation)s;

-- name: clear_partitions
DELETE FROM llm_replay_partitions;

-- name: clear_partials
DELETE FROM llm_replay_partials;

-- name: partitions
SELECT partition, first_offset, next_offset, through, clock_ms, open, ended, floor_ms, bad
  FROM llm_replay_partitions
 ORDER BY partition;

-- name: advance
UPDATE llm_replay_partitions
   SET next_offset = %(next_offset)s, through = %(through)s, clock_ms = %(clock_ms)s, open = %(open)s,
       ended = %(ended)s, floor_ms = %(floor_ms)s, bad = %(bad)s
 WHERE partition = %(partition)s;

-- name: create_stage
CREATE TEMPORARY TABLE IF NOT EXISTS stage_replay_partials (LIKE llm_usage_partials) ON COMMIT DELETE ROWS;

-- name: copy_totals
COPY stage_replay_partials ({partials}) FROM STDIN;

-- name: upsert_totals
INSERT INTO llm_replay_partials ({partials})
SELECT {partials} FROM stage_replay_partials
ON CONFLICT (stream, window_start, source_partition, key_digest)
DO UPDATE SET ({stated}) = ROW ({stated_excluded})
WHERE excluded.applied > llm_replay_partials.applied;

-- name: ledger_offsets
SELECT partition, next_offset, clock_ms FROM llm_source_partitions WHERE kind = %(kind)s ORDER BY partition;

-- name: live_marks
SELECT partition, through, clock_ms FROM llm_changelog_partitions WHERE kind = %(kind)s ORDER BY partition;

-- name: hold_live_marks
-- Sinks write no totals of this kind until the transaction ends.
SELECT partition, through, clock_ms FROM llm_changelog_partitions WHERE kind = %(kind)s ORDER BY partition FOR UPDATE;

-- name: windows
SELECT stream, window_start, state
  FROM llm_windows
 WHERE (stream = 'live') = (%(kind)s = 'live') AND state = ANY (%(states)s)
 ORDER BY stream, window_start;

-- name: hold_windows
-- In the order in which sinks and the maintainer hold them.
SELECT stream, window_start, state
  FROM llm_windows
 WHERE (stream = 'live') = (%(kind)s = 'live') AND state IN ('open', 'closed', 'disputed')
 ORDER BY stream, window_start
   FOR UPDATE;

-- name: compare_window
-- The live side is final rows with earlier corrections, or partials; one window never has both. Of an open window, keys
-- that either side has folded beyond what both have folded cannot be compared: they are on the move.
WITH both_through AS (
    SELECT partition, least(live.through, replay.through) AS through
      FROM llm_changelog_partitions AS live
      JOIN llm_replay_partitions AS replay USING (partition)
     WHERE live.kind = %(kind)s
), stated AS (
    SELECT 'live' AS side, source_partition, applied, key_digest, {dimensions}, {measures}
      FROM llm_usage_partials
     WHERE stream = %(stream)s AND window_start = %(start)s
    UNION ALL
    SELECT 'replay', source_partition, applied, key_digest, {dimensions}, {measures}
      FROM llm_replay_partials
     WHERE stream = %(stream)s AND window_start = %(start)s
), moving AS (
    SELECT DISTINCT source_partition, key_digest
      FROM stated
      JOIN both_through ON partition = source_partition
     WHERE %(is_open)s AND applied > through
), entries AS (
    SELECT side, key_digest, {dimensions}, {measures}
      FROM stated
     WHERE (source_partition, key_digest) NOT IN (SELECT source_partition, key_digest FROM moving)
    UNION ALL
    SELECT 'live', key_digest, {dimensions}, {measures}
      FROM llm_usage_rollups
     WHERE stream = %(stream)s AND window_start = %(start)s
    UNION ALL
    SELECT 'live', key_digest, {dimensions}, {measures}
      FROM llm_usage_adjustments
     WHERE stream = %(stream)s AND window_start = %(start)s AND reason = 'replay'
), sums AS (
    SELECT side, key_digest, {dimensions}, {sum_measures}
      FROM entries
     GROUP BY side, key_digest, {dimensions}
), sides AS (
    SELECT side, key_digest, jsonb_build_array({dimensions}) AS dims, ARRAY[{measures}]::numeric[] AS measures FROM sums
), paired AS (
    SELECT coalesce(live.key_digest, replay.key_digest) AS key_digest,
           coalesce(live.dims, replay.dims) AS dims,
           coalesce(live.measures, %(zero)s::numeric[]) AS live,
           coalesce(replay.measures, %(zero)s::numeric[]) AS replay
      FROM (SELECT * FROM sides WHERE side = 'live') AS live
      FULL JOIN (SELECT * FROM sides WHERE side = 'replay') AS replay USING (key_digest, dims)
)
SELECT key_digest, dims, live, replay
  FROM paired
 WHERE live <> replay
 ORDER BY dims;

-- name: insert_adjustment
-- Not COPY, which is not possible into a table with row-level security.
INSERT INTO llm_usage_adjustments ({adjustments}) VALUES ({places});

-- name: delete_partials
DELETE FROM llm_usage_partials
 WHERE (stream, window_start) IN (SELECT * FROM unnest(%(streams)s::text[], %(starts)s::timestamptz[]));

-- name: insert_partials
INSERT INTO llm_usage_partials ({partials})
SELECT {partials} FROM llm_replay_partials
 WHERE (stream, window_start) IN (SELECT * FROM unnest(%(streams)s::text[], %(starts)s::timestamptz[]));

-- name: reopen_windows
-- Every one is touched, so that a compaction under way, which has compared other totals, is refused; disputed ones are
-- closed again for the maintainer to compare.
UPDATE llm_windows
   SET state = CASE state WHEN 'disputed' THEN 'closed' ELSE state END, checked_at = NULL, differences = NULL
 WHERE (stream, window_start) IN (SELECT * FROM unnest(%(streams)s::text[], %(starts)s::timestamptz[]));

-- name: switch_changelog
UPDATE llm_changelog_partitions AS live
   SET topic_id = %(topic_id)s, next_offset = replay.next_offset, through = replay.through,
       clock_ms = replay.clock_ms, open = replay.open, ended = replay.ended, floor_ms = replay.floor_ms,
       bad = replay.bad
  FROM llm_replay_partitions AS replay
 WHERE live.kind = %(kind)s AND live.partition = replay.partition;

-- name: switch_generation
UPDATE llm_generations SET generation = %(generation)s, since = now() WHERE kind = %(kind)s;
