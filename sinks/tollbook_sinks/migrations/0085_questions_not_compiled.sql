-- Where Postgres can compile a plan, which most servers do from a cost that wide plans reach at once, compiling what a
-- question reads takes a hundred times longer than reading it. The other parts of a question stay below that cost.
ALTER FUNCTION llm_usage_cuts SET jit = off;
ALTER FUNCTION llm_part_charges SET jit = off;
