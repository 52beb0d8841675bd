"""One interview by voice, over one realtime session."""

import asyncio
from base64 import b64encode
from collections.abc import Sequence

from openai.resources.realtime.realtime import AsyncRealtimeConnection
from openai.types.realtime import RealtimeSessionCreateRequestParam

from interviews_app.clients import Clients
from interviews_app.domain import Answer, Template
from interviews_app.prompts import prompt
from tollbook_producers import usage_context
from tollbook_schemas import LLMUseCase

MODEL = "gpt-realtime"
TRANSCRIBER = "gpt-4o-mini-transcribe"
INAUDIBLE = "(inaudible)"

_HEARD = "conversation.item.input_audio_transcription"


@usage_context(use_case=LLMUseCase.ALVIA_REALTIME)
async def interview(clients: Clients, template: Template, voice: Sequence[bytes]) -> tuple[Answer, ...]:
    """Ask the template's questions; `voice` is what the person says to each, as PCM audio."""
    async with clients.async_openai.realtime.connect(model=MODEL) as connection:
        await connection.session.update(session=_session(template))
        return tuple(
            [
                await _ask(connection, question, spoken, clients.patience)
                for question, spoken in zip(template.questions, voice, strict=True)
            ]
        )


async def _ask(connection: AsyncRealtimeConnection, question: str, spoken: bytes, patience: float) -> Answer:
    async with asyncio.timeout(patience):
        await connection.response.create(response={"instructions": question})
        await _wait_for(connection, "response.done")
        await connection.input_audio_buffer.append(audio=b64encode(spoken).decode())
        await connection.input_audio_buffer.commit()
        heard = await _wait_for(connection, f"{_HEARD}.completed", f"{_HEARD}.failed")
        return Answer(question, heard or INAUDIBLE)


async def _wait_for(connection: AsyncRealtimeConnection, *kinds: str) -> str:
    """Skip to an event of these kinds; its transcript, if it has one."""
    while True:
        event = await connection.recv()
        if event.type in kinds:
            return str(getattr(event, "transcript", ""))


def _session(template: Template) -> RealtimeSessionCreateRequestParam:
    transcription = {"model": TRANSCRIBER, "prompt": prompt("Interview transcription")}
    return {
        "type": "realtime",
        "instructions": prompt("Interview", f"You are Alvia. Be warm and brief. Today: {template.title}."),
        "audio": {"input": {"transcription": transcription}},  # type: ignore[typeddict-item]  # a plain dict
    }
