"""Twenty tracked calls to the provider at argv[1], then an ordinary exit."""

import sys

from openai import OpenAI

from tollbook_producers import publisher_stats, track_openai

with OpenAI(base_url=f"{sys.argv[1]}/v1", api_key="none", max_retries=0) as plain:
    client = track_openai(plain)
    answers = [
        client.chat.completions.create(model="m", messages=[{"role": "user", "content": "hello"}]) for _ in range(20)
    ]
assert all(answer.choices[0].message.content == "ok" for answer in answers)
sys.stdout.write(f"{len(answers)} answers, {publisher_stats().recorded} recorded\n")
