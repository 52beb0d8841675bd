-- Corrections to past prices: what should have been charged, entered beside the prices, never instead of them.

CREATE TABLE llm_cost_corrections (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    book llm_book NOT NULL,
    provider text NOT NULL,
    model text NOT NULL,
    token_class llm_token_class NOT NULL,
    service_tier llm_tier,
    batch boolean NOT NULL DEFAULT false,
    min_prompt_tokens llm_prompt_band NOT NULL DEFAULT 0,
    currency llm_currency NOT NULL,
    workspace_id text CHECK (workspace_id <> ''),
    effective tstzrange NOT NULL CHECK (
        NOT isempty(effective) AND lower_inc(effective) AND NOT upper_inc(effective)
        AND isfinite(lower(effective)) AND isfinite(upper(effective))
    ),
    old_price_per_one numeric,
    unit llm_price_unit NOT NULL,
    price llm_price NOT NULL,
    price_per_one numeric NOT NULL GENERATED ALWAYS AS (llm_price_per_one(price, unit)) STORED,
    quantity numeric NOT NULL,
    difference numeric NOT NULL,
    by_workspace jsonb NOT NULL,
    source text NOT NULL CHECK (source <> ''),
    why text NOT NULL CHECK (why ~ '\S' AND length(why) <= 1000),
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by text NOT NULL DEFAULT session_user
);
CREATE INDEX llm_cost_corrections_model ON llm_cost_corrections (provider, model, token_class);

COMMENT ON TABLE llm_cost_corrections IS
    'Prices as they should have been, by window range. Append-only; a later entry goes before an earlier one. Answers '
    'keep the cost at the price that was in force and show the difference apart.';
COMMENT ON COLUMN llm_cost_corrections.old_price_per_one IS 'what was in force in the range, corrected before or not; '
    'null: nothing was, the class was unpriced';
COMMENT ON COLUMN llm_cost_corrections.quantity IS 'what the new price applied to when it was entered, in single units';
COMMENT ON COLUMN llm_cost_corrections.difference IS
    'new minus old cost when it was entered, exact. Usage that comes late is corrected too: answers compute it anew';
COMMENT ON COLUMN llm_cost_corrections.by_workspace IS 'the difference by workspace: [{"workspace_id", "difference"}]';

CREATE FUNCTION llm_cost_corrections_are_signed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM llm_refuse_inside_window(lower(NEW.effective)), llm_refuse_inside_window(upper(NEW.effective));
    IF upper(NEW.effective) > now() THEN
        RAISE EXCEPTION 'a correction is for windows that are over; prices to come are set in llm_pricing'
            USING ERRCODE = 'check_violation';
    END IF;
    NEW.created_at := now();
    NEW.created_by := session_user;
    RETURN NEW;
END
$$;
CREATE TRIGGER llm_cost_corrections_signed BEFORE INSERT ON llm_cost_corrections
    FOR EACH ROW EXECUTE FUNCTION llm_cost_corrections_are_signed();

CREATE FUNCTION llm_cost_corrections_are_for_ever() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'llm_cost_corrections is append-only: enter another correction for the same windows'
        USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER llm_cost_corrections_append_only BEFORE UPDATE OR DELETE ON llm_cost_corrections
    FOR EACH ROW EXECUTE FUNCTION llm_cost_corrections_are_for_ever();
CREATE TRIGGER llm_cost_corrections_never_emptied BEFORE TRUNCATE ON llm_cost_corrections
    FOR EACH STATEMENT EXECUTE FUNCTION llm_cost_corrections_are_for_ever();

GRANT SELECT ON llm_cost_corrections TO tollbook_reader, tollbook_admin;
GRANT INSERT ON llm_cost_corrections TO tollbook_admin;
