"""Messages of the realtime protocols, as the providers send them."""

import base64
from typing import Any

Json = dict[str, Any]


def session_created(model: str = "gpt-realtime-2026-01-01", transcriber: str | None = "gpt-4o-transcribe") -> Json:
    """The configuration that the provider settled on."""
    transcription = None if transcriber is None else {"model": transcriber, "language": "en"}
    session = {"id": "sess_1", "model": model, "audio": {"input": {"transcription": transcription}}}
    return {"type": "session.created", "event_id": "event_1", "session": session}


def response_created(name: str) -> Json:
    """A response begins."""
    return {"type": "response.created", "response": {"id": name, "status": "in_progress", "usage": None}}


def response_done(name: str, usage: Json | None, status: str = "completed") -> Json:
    """A response is over."""
    return {"type": "response.done", "response": {"id": name, "status": status, "output": [], "usage": usage}}


def usage(text: int = 10, audio: int = 20, out_text: int = 5, out_audio: int = 30, cached: int = 4) -> Json:
    """`text` and `audio` tokens in, of which `cached` text, and out."""
    return {
        "total_tokens": text + audio + out_text + out_audio,
        "input_tokens": text + audio,
        "output_tokens": out_text + out_audio,
        "input_token_details": {
            "text_tokens": text,
            "audio_tokens": audio,
            "cached_tokens": cached,
            "cached_tokens_details": {"text_tokens": cached, "audio_tokens": 0},
        },
        "output_token_details": {"text_tokens": out_text, "audio_tokens": out_audio},
    }


def transcribed(item: str, usage: Json | None = None, index: int = 0, **fields: Any) -> Json:
    """What the user said was transcribed."""
    told = {} if usage is None else {"usage": usage}
    kind = "conversation.item.input_audio_transcription.completed"
    return {"type": kind, "item_id": item, "content_index": index, "transcript": "Hello", **told, **fields}


def not_transcribed(item: str) -> Json:
    """What the user said could not be transcribed."""
    error = {"type": "transcription_error", "code": "audio_unintelligible", "message": "could not hear you"}
    kind = "conversation.item.input_audio_transcription.failed"
    return {"type": kind, "item_id": item, "content_index": 0, "error": error}


def audio_delta(size: int = 9600) -> Json:
    """Audio from the model."""
    audio = base64.b64encode(b"\x55" * size).decode()
    return {"type": "response.output_audio.delta", "response_id": "resp_1", "item_id": "item_9", "delta": audio}


def xai_done(name: str, usage: Json | None) -> Json:
    """xAI reports the usage on the event, and nothing in the response."""
    told = {} if usage is None else {"usage": usage}
    response = {"id": name, "object": "realtime.response", "status": "completed", "usage": {}}
    return {"type": "response.done", "response": response, "response_id": name, **told}


def live_usage(prompt: int, response: int, *, turn_complete: bool = False, thoughts: int | None = None) -> Json:
    """An increment of usage of Gemini Live."""
    counts = {"promptTokenCount": prompt, "responseTokenCount": response, "totalTokenCount": prompt + response}
    thinking = {} if thoughts is None else {"thoughtsTokenCount": thoughts}
    content: Json = {"turnComplete": True} if turn_complete else {}
    return {"serverContent": content, "usageMetadata": {**counts, **thinking}}
