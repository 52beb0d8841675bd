"""Live calls as an app worker makes them: the providers' own SDKs, each wrapped in one line, from several threads."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial

from google import genai
from google.genai.types import HttpOptions, HttpRetryOptions
from openai import DefaultHttpxClient, OpenAI

from tollbook_cli.demo.plan import PlannedCall, planned_calls
from tollbook_producers import track_gemini, track_openai, usage_context

THREADS = 8
PATIENCE_SECONDS = 0.5
"""How long a call that will never be answered is waited for."""
ORDINARY_SECONDS = 60.0

OnCall = Callable[[int], None]
"""Called with the count of calls made so far."""


@dataclass(frozen=True, slots=True)
class Clients:
    """Tracked clients. The impatient pair is for calls that never end."""

    openai: OpenAI
    gemini: genai.Client
    impatient_openai: OpenAI
    impatient_gemini: genai.Client


@contextmanager
def tracked_clients(url: str) -> Iterator[Clients]:
    """Clients of the server at `url`; a proxy in the environment is not asked."""
    with (
        OpenAI(base_url=f"{url}/v1", api_key="local", http_client=DefaultHttpxClient(trust_env=False)) as chat,
        closing(_gemini_client(url)) as google,
    ):
        yield Clients(
            openai=track_openai(chat, timeout=ORDINARY_SECONDS),
            gemini=track_gemini(google, timeout=ORDINARY_SECONDS),
            impatient_openai=track_openai(chat, timeout=PATIENCE_SECONDS),
            impatient_gemini=track_gemini(google, timeout=PATIENCE_SECONDS),
        )


def make_calls(url: str, workspace_id: str, count: int, on_call: OnCall) -> None:
    """Make the first `count` planned calls for a workspace; what a call raises is the app's business and goes by."""
    with tracked_clients(url) as clients, ThreadPoolExecutor(THREADS) as pool:
        waiting = [pool.submit(partial(_attributed_call, clients, workspace_id, call)) for call in planned_calls(count)]
        try:
            for made, future in enumerate(as_completed(waiting), start=1):
                future.result()
                on_call(made)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _attributed_call(clients: Clients, workspace_id: str, call: PlannedCall) -> None:
    with usage_context(
        workspace_id=workspace_id,
        project_id=call.project_id,
        session_id=f"{workspace_id}-{call.session_id}",
        use_case=call.use_case,
        environment="demo",
    ):
        try:
            _call(clients, call)
        except Exception:  # noqa: BLE001 - each SDK raises its own for a failed call, and an app goes on
            return


def _call(clients: Clients, call: PlannedCall) -> None:
    prompt, model = f"call {call.number}", call.case.answer.model
    hangs = call.case.behaviour == "hangs"
    if call.case.answer.provider == "openai":
        chat = clients.impatient_openai if hangs else clients.openai
        chat.chat.completions.create(model=model, messages=[{"role": "user", "content": prompt}])
    else:
        google = clients.impatient_gemini if hangs else clients.gemini
        google.models.generate_content(model=model, contents=prompt)


def _gemini_client(url: str) -> genai.Client:
    options = HttpOptions(
        base_url=url,
        client_args={"trust_env": False},
        retry_options=HttpRetryOptions(attempts=3, initial_delay=0.01, max_delay=0.05, jitter=0.01),
    )
    return genai.Client(vertexai=False, api_key="local", http_options=options)
