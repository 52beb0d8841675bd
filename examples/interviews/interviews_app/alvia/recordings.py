"""Interviews that were recorded elsewhere."""

from interviews_app.clients import Clients
from interviews_app.prompts import prompt
from tollbook_producers import usage_context
from tollbook_schemas import LLMUseCase

MODEL = "whisper-1"


@usage_context(use_case=LLMUseCase.ALVIA_TRANSCRIPTION)
def transcribe_recording(clients: Clients, recording: bytes) -> str:
    """What is said in a recording (WAV)."""
    transcription = clients.openai.audio.transcriptions.create(
        model=MODEL,
        file=("recording.wav", recording, "audio/wav"),
        prompt=prompt("Recording"),
        response_format="verbose_json",
    )
    return transcription.text
