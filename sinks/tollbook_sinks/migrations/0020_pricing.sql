-- Prices: data, appended, valid for a range of time. The price of a call is the one in force at its window's start.

CREATE EXTENSION IF NOT EXISTS btree_gist;

CREATE TABLE llm_pricing (
    book text NOT NULL CHECK (book IN ('cost', 'sell')),
    provider text NOT NULL,
    model text NOT NULL,
    token_class text NOT NULL CHECK (token_class IN (
        'input_text', 'cached_text', 'cached_audio', 'cached_image', 'cache_write', 'input_audio', 'input_image',
        'output_text', 'output_audio', 'output_image', 'reasoning',
        'input_audio_seconds', 'billable_audio_seconds', 'output_image_units', 'web_search'
    )),
    service_tier text CHECK (service_tier NOT IN ('', 'default', 'standard', 'auto')),
    batch boolean NOT NULL DEFAULT false,
    min_prompt_tokens integer NOT NULL DEFAULT 0
        CHECK (min_prompt_tokens IN (0, 32000, 128000, 200000, 256000, 272000, 512000, 1000000)),
    unit bigint NOT NULL CHECK (unit IN (1, 1000, 1000000)),
    currency text NOT NULL DEFAULT 'USD' CHECK (currency ~ '^[A-Z]{3}$'),
    price numeric NOT NULL CHECK (price >= 0 AND price < 'Infinity' AND scale(price) <= 12),
    workspace_id text CHECK (workspace_id <> ''),
    effective tstzrange NOT NULL,
    source text NOT NULL CHECK (source <> ''),
    created_at timestamptz NOT NULL DEFAULT now(),
    -- A product is exact; a quotient would be rounded.
    price_per_one numeric NOT NULL GENERATED ALWAYS AS
        (price * CASE unit WHEN 1000000 THEN 0.000001 WHEN 1000 THEN 0.001 ELSE 1 END) STORED,
    CONSTRAINT llm_pricing_effective_on_the_hour CHECK (
        NOT isempty(effective) AND lower_inc(effective) AND NOT upper_inc(effective)
        AND extract(epoch FROM lower(effective)) % 3600 = 0
        AND (upper_inf(effective) OR extract(epoch FROM upper(effective)) % 3600 = 0)
    ),
    CONSTRAINT llm_pricing_one_price_at_a_time EXCLUDE USING gist (
        book WITH =, provider WITH =, model WITH =, token_class WITH =, (coalesce(service_tier, '')) WITH =,
        (batch::integer) WITH =, min_prompt_tokens WITH =, currency WITH =, (coalesce(workspace_id, '')) WITH =,
        effective WITH &&
    )
);
CREATE INDEX llm_pricing_model ON llm_pricing (provider, model, token_class);

COMMENT ON TABLE llm_pricing IS
    'Prices by class of token or unit. Append-only: a price never changes; its range is ended and a new row follows.';
COMMENT ON COLUMN llm_pricing.book IS 'cost: what the provider charges; sell: what a customer is charged';
COMMENT ON COLUMN llm_pricing.model IS 'the model that answered (response_model), or if unknown the one asked for';
COMMENT ON COLUMN llm_pricing.service_tier IS 'null: the standard tier, in events null, default, standard or auto';
COMMENT ON COLUMN llm_pricing.min_prompt_tokens IS 'the price of prompts strictly above this size; 0 is the base price';
COMMENT ON COLUMN llm_pricing.unit IS 'how many tokens, seconds, images or searches the price buys';
COMMENT ON COLUMN llm_pricing.workspace_id IS 'null: everybody; else a contract of this workspace, which goes first';
COMMENT ON COLUMN llm_pricing.effective IS 'half open, [start, end), on full hours UTC: a window never has two prices';
COMMENT ON COLUMN llm_pricing.source IS 'who or what says so';

CREATE FUNCTION llm_pricing_is_append_only() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    -- What ending a range changes, and what is not yet computed when this runs.
    ended CONSTANT text[] := ARRAY['effective', 'price_per_one'];
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF upper_inf(OLD.effective) AND NOT upper_inf(NEW.effective)
            AND to_jsonb(NEW) - ended = to_jsonb(OLD) - ended
            AND lower(NEW.effective) = lower(OLD.effective)
        THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'llm_pricing is append-only: a price once valid stays as it was'
        USING ERRCODE = 'restrict_violation', HINT = 'End the open range of the old price and insert a new row.';
END
$$;

CREATE TRIGGER llm_pricing_append_only BEFORE UPDATE OR DELETE ON llm_pricing
    FOR EACH ROW EXECUTE FUNCTION llm_pricing_is_append_only();
CREATE TRIGGER llm_pricing_never_emptied BEFORE TRUNCATE ON llm_pricing
    FOR EACH STATEMENT EXECUTE FUNCTION llm_pricing_is_append_only();
