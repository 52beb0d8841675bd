"""A cheap opinion in one word."""

from interviews_app.clients import Clients
from interviews_app.prompts import prompt

MODEL = "grok-4-fast"


async def classify(clients: Clients, task: str, text: str) -> str:
    """One word about a text."""
    completion = await clients.async_xai.chat.completions.create(
        model=MODEL,
        messages=[{"role": "system", "content": prompt(task)}, {"role": "user", "content": text}],
    )
    return (completion.choices[0].message.content or "").strip()
