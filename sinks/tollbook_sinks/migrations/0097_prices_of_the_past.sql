-- What was charged is never rewritten, whoever enters the price and however: a price that begins in the past may only
-- fill in for what had none then, as `tollbook prices` decides it (tollbook_cli.pricing.plan).

CREATE FUNCTION llm_pricing_leaves_the_past() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    past CONSTANT tstzrange := NEW.effective * tstzrange(NULL, now());
BEGIN
    IF isempty(past) THEN
        RETURN NEW;
    END IF;
    -- As `tollbook prices` holds it: of two at once, each would be decided without the other.
    PERFORM pg_advisory_xact_lock(hashtextextended('llm_pricing', 0));
    PERFORM FROM llm_pricing AS p
    WHERE p.book = NEW.book AND p.provider = NEW.provider AND p.model = NEW.model AND p.currency = NEW.currency
        AND p.batch = NEW.batch AND p.service_tier IS NOT DISTINCT FROM NEW.service_tier
        -- Reasoning is output text until it has a price of its own.
        AND (p.token_class = NEW.token_class OR p.token_class = 'output_text' AND NEW.token_class = 'reasoning')
        AND p.min_prompt_tokens <= NEW.min_prompt_tokens
        AND (p.workspace_id IS NULL OR p.workspace_id = NEW.workspace_id)
        -- A seed gives way to a price of yours, so beside one it changes nothing; but a contract goes before a list.
        AND NOT (
            NEW.seed AND NOT p.seed AND p.token_class = NEW.token_class
            AND p.workspace_id IS NOT DISTINCT FROM NEW.workspace_id
        )
        AND p.effective && past;
    IF FOUND THEN
        RAISE EXCEPTION '% % %: % is in the past, where a price was in force', NEW.provider, NEW.model,
            NEW.token_class, lower(NEW.effective)
            USING ERRCODE = 'check_violation',
            HINT = 'Start in a window to come, and set the past right with `tollbook prices correct`.';
    END IF;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION llm_pricing_leaves_the_past IS
    'refuses (23514) a price for time that is over where another one was in force for such calls';

CREATE TRIGGER llm_pricing_past BEFORE INSERT ON llm_pricing
    FOR EACH ROW EXECUTE FUNCTION llm_pricing_leaves_the_past();
