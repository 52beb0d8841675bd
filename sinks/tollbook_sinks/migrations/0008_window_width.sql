-- The width of this database's windows, recorded by the first sink: totals cut in one width say nothing about another.

CREATE TABLE llm_window_width (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    width interval NOT NULL CHECK (width > interval '0'),
    recorded_at timestamptz NOT NULL DEFAULT now()
);

GRANT SELECT, INSERT ON llm_window_width TO tollbook_sink;

-- IMMUTABLE, because the row is written once and never changed: so the planner knows the width and can refuse a range
-- that is off the windows before it reads anything.
CREATE FUNCTION llm_window_width() RETURNS interval LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce((SELECT width FROM llm_window_width), interval '1 hour');

COMMENT ON FUNCTION llm_window_width() IS 'the width of this database''s windows; an hour while no sink has run';
