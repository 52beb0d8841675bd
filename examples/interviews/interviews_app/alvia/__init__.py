"""Alvia, the interviewer."""

from interviews_app.alvia.conversation import interview
from interviews_app.alvia.recordings import transcribe_recording

__all__ = ["interview", "transcribe_recording"]
