"""Two ways to draw a picture."""

from base64 import b64decode

from interviews_app.clients import Clients
from interviews_app.errors import UnusableAnswerError
from interviews_app.prompts import prompt

GEMINI = "gemini-2.5-flash-image"
OPENAI = "gpt-image-1"


def draw_with_gemini(clients: Clients, subject: str, outlined: str) -> bytes:
    """A picture by a Gemini model: PNG."""
    response = clients.gemini.models.generate_content(model=GEMINI, contents=prompt(f"Picture of {subject}", outlined))
    for part in response.parts or []:
        if part.inline_data and part.inline_data.data:
            return part.inline_data.data
    raise UnusableAnswerError("nothing was drawn: run the job again")


def draw_with_openai(clients: Clients, subject: str, outlined: str) -> bytes:
    """A picture by gpt-image: PNG."""
    made = clients.openai.images.generate(model=OPENAI, prompt=prompt(f"Picture of {subject}", outlined))
    if not made.data:
        raise UnusableAnswerError("nothing was drawn: run the job again")
    return b64decode(made.data[0].b64_json or "")
