-- Whose changelogs are read.

-- name: live_generations
SELECT kind, generation FROM llm_generations;
