-- Who set a price and why, seeds told apart from prices of yours, and starts on the windows that this database has.

-- Made again from 0054 on.
DROP FUNCTION get_project_usage, get_session_usage, get_workspace_usage;
DROP FUNCTION get_usage;
DROP FUNCTION llm_price_at;

CREATE DOMAIN llm_book AS text CHECK (VALUE IN ('cost', 'sell'));
CREATE DOMAIN llm_currency AS text CHECK (VALUE ~ '^[A-Z]{3}$');
CREATE DOMAIN llm_price AS numeric CHECK (VALUE >= 0 AND VALUE < 'Infinity' AND scale(VALUE) <= 12);
CREATE DOMAIN llm_price_unit AS bigint CHECK (VALUE IN (1, 1000, 1000000));
CREATE DOMAIN llm_tier AS text CHECK (VALUE NOT IN ('', 'default', 'standard', 'auto'));
CREATE DOMAIN llm_prompt_band AS integer
    CHECK (VALUE IN (0, 32000, 128000, 200000, 256000, 272000, 512000, 1000000));
CREATE DOMAIN llm_token_class AS text CHECK (VALUE IN (
    'input_text', 'cached_text', 'cached_audio', 'cached_image', 'cache_write', 'input_audio', 'input_image',
    'output_text', 'output_audio', 'output_image', 'reasoning',
    'input_audio_seconds', 'billable_audio_seconds', 'output_image_units', 'web_search'
));
COMMENT ON DOMAIN llm_book IS 'cost: what the provider charges; sell: what a customer is charged';
COMMENT ON DOMAIN llm_price_unit IS 'how many tokens, seconds, images or searches a price buys';
COMMENT ON DOMAIN llm_tier IS 'null: the standard tier, in events null, default, standard or auto';
COMMENT ON DOMAIN llm_prompt_band IS 'prompts strictly above this size; 0 is the base price';

-- A product is exact; a quotient would be rounded.
CREATE FUNCTION llm_price_per_one(p_price numeric, p_unit bigint) RETURNS numeric
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN p_price * CASE p_unit WHEN 1000000 THEN 0.000001 WHEN 1000 THEN 0.001 WHEN 1 THEN 1 END;
COMMENT ON FUNCTION llm_price_per_one IS 'the exact price of one token, second, image or search';

ALTER TABLE llm_pricing
    DROP COLUMN price_per_one,
    DROP CONSTRAINT llm_pricing_book_check,
    DROP CONSTRAINT llm_pricing_token_class_check,
    DROP CONSTRAINT llm_pricing_service_tier_check,
    DROP CONSTRAINT llm_pricing_min_prompt_tokens_check,
    DROP CONSTRAINT llm_pricing_unit_check,
    DROP CONSTRAINT llm_pricing_currency_check,
    DROP CONSTRAINT llm_pricing_price_check,
    ALTER COLUMN book TYPE llm_book,
    ALTER COLUMN token_class TYPE llm_token_class,
    ALTER COLUMN service_tier TYPE llm_tier,
    ALTER COLUMN min_prompt_tokens TYPE llm_prompt_band,
    ALTER COLUMN unit TYPE llm_price_unit,
    ALTER COLUMN currency TYPE llm_currency,
    ALTER COLUMN price TYPE llm_price;
ALTER TABLE llm_pricing
    ADD COLUMN price_per_one numeric NOT NULL GENERATED ALWAYS AS (llm_price_per_one(price, unit)) STORED;

ALTER TABLE llm_pricing
    ADD COLUMN id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    ADD COLUMN starts timestamptz,
    ADD COLUMN seed boolean NOT NULL DEFAULT false,
    ADD COLUMN created_by text NOT NULL DEFAULT session_user,
    ADD COLUMN why text NOT NULL DEFAULT 'entered before reasons were kept',
    ADD COLUMN ended_at timestamptz,
    ADD COLUMN ended_by text,
    ADD COLUMN ended_why text;

ALTER TABLE llm_pricing DISABLE TRIGGER llm_pricing_append_only;
UPDATE llm_pricing
SET starts = lower(effective), seed = source LIKE 'seed: %',
    why = CASE WHEN source LIKE 'seed: %' THEN 'to start from, until you enter prices of yours' ELSE why END;
ALTER TABLE llm_pricing ENABLE TRIGGER llm_pricing_append_only;

ALTER TABLE llm_pricing
    ALTER COLUMN starts SET NOT NULL,
    ALTER COLUMN why DROP DEFAULT,
    ADD CONSTRAINT llm_pricing_why CHECK (why ~ '\S' AND length(why) <= 1000),
    DROP CONSTRAINT llm_pricing_effective_on_the_hour,
    ADD CONSTRAINT llm_pricing_effective_half_open CHECK (
        isempty(effective) OR (lower_inc(effective) AND NOT upper_inc(effective) AND isfinite(lower(effective)))
    );

COMMENT ON COLUMN llm_pricing.effective IS
    'half open, [start, end), on window boundaries: a window never has two prices. Empty: withdrawn before it began';
COMMENT ON COLUMN llm_pricing.starts IS 'when it began or, if withdrawn, would have begun';
COMMENT ON COLUMN llm_pricing.seed IS 'a list price to start from; any price of yours that fits a call goes before it';
COMMENT ON COLUMN llm_pricing.created_by IS 'the role that logged in; nobody can write another''s name';
COMMENT ON COLUMN llm_pricing.why IS 'the reason given for it';
COMMENT ON COLUMN llm_pricing.ended_by IS 'the role that ended or withdrew it; null while its range is as entered';

-- Read from the table, not through llm_window_width(): its value could be older than the first sink's record.
CREATE FUNCTION llm_refuse_inside_window(p_at timestamptz) RETURNS void LANGUAGE plpgsql STABLE AS $$
DECLARE
    width CONSTANT interval := coalesce((SELECT w.width FROM llm_window_width AS w), interval '1 hour');
BEGIN
    IF isfinite(p_at) AND extract(epoch FROM p_at) % extract(epoch FROM width) <> 0 THEN
        RAISE EXCEPTION 'a price cannot change at %, inside a window of %: a window has one price', p_at, width
            USING ERRCODE = 'check_violation', HINT = 'Use a full window counted from 1970-01-01 00:00 UTC.';
    END IF;
END
$$;
COMMENT ON FUNCTION llm_refuse_inside_window IS 'raises 23514 for a time that is no window boundary of this database';

CREATE FUNCTION llm_pricing_is_signed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF isempty(NEW.effective) THEN
        RAISE EXCEPTION 'a price that is never in force is none' USING ERRCODE = 'check_violation';
    END IF;
    PERFORM llm_refuse_inside_window(lower(NEW.effective)), llm_refuse_inside_window(upper(NEW.effective));
    NEW.starts := lower(NEW.effective);
    NEW.created_at := now();
    NEW.created_by := session_user;
    RETURN NEW;
END
$$;
CREATE TRIGGER llm_pricing_signed BEFORE INSERT ON llm_pricing FOR EACH ROW EXECUTE FUNCTION llm_pricing_is_signed();

-- A range may be ended, or ended sooner, from the window that is open now on; what has not begun may be withdrawn.
CREATE OR REPLACE FUNCTION llm_pricing_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    -- What ending a range changes, and what is not yet computed when this runs.
    ended CONSTANT text[] := ARRAY['effective', 'ended_at', 'ended_by', 'ended_why', 'price_per_one'];
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.effective <@ OLD.effective AND NEW.effective <> OLD.effective
        AND to_jsonb(NEW) - ended = to_jsonb(OLD) - ended
        AND (
            isempty(NEW.effective) AND lower(OLD.effective) > now()
            OR lower(NEW.effective) = lower(OLD.effective) AND upper(NEW.effective) > now()
        )
    THEN
        PERFORM llm_refuse_inside_window(upper(NEW.effective));
        NEW.ended_at := now();
        NEW.ended_by := session_user;
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'llm_pricing is append-only: a price once valid stays as it was'
        USING ERRCODE = 'restrict_violation',
        HINT = 'End the old price''s range in the future and insert a new row; correct the past with '
            '`tollbook prices correct`.';
END
$$;

GRANT SELECT ON llm_pricing, llm_window_width TO tollbook_reader, tollbook_admin;
GRANT INSERT, UPDATE (effective, ended_at, ended_by, ended_why) ON llm_pricing TO tollbook_admin;
