"""What a picture should show, in a line."""

from interviews_app.clients import Clients
from interviews_app.prompts import prompt

MODEL = "grok-4-fast"


def outline(clients: Clients, subject: str, findings: str) -> str:
    """The outline of a picture."""
    completion = clients.xai.chat.completions.create(
        model=MODEL,
        messages=[{"role": "user", "content": prompt(f"Outline of {subject}", findings)}],
    )
    return completion.choices[0].message.content or ""
