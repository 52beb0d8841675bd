-- What moves a day's table; {day} is put in for each day. A detach and a finish stand outside of any transaction.

-- name: detach
-- Without CONCURRENTLY it would wait for, and stop, everything that reads or writes any day.
ALTER TABLE public.llm_usage_events DETACH PARTITION public.{day} CONCURRENTLY;

-- name: finish_detach
ALTER TABLE public.llm_usage_events DETACH PARTITION public.{day} FINALIZE;

-- name: drop
DROP TABLE public.{day};
