"""Which surface a request is, from its method and path. None is what nobody bills for."""

import re

_OPENAI_CALLS = (
    ("/chat/completions", "chat.completions"),
    ("/responses/compact", "responses.compact"),
    ("/responses", "responses"),
    ("/decisions", "decisions"),
    ("/embeddings", "embeddings"),
    ("/audio/transcriptions", "audio.transcriptions"),
    ("/audio/translations", "audio.translations"),
    ("/audio/speech", "audio.speech"),
    ("/images/generations", "images"),
    ("/images/edits", "images"),
    ("/images/variations", "images"),
    ("/batches", "batches"),
    ("/completions", "completions"),
)
_OPENAI_OBJECTS = {
    "GET": ((re.compile(r"/responses/[^/]+\Z"), "responses"), (re.compile(r"/batches/[^/]+\Z"), "batches")),
    "POST": (
        (re.compile(r"/responses/[^/]+/cancel\Z"), "responses"),
        (re.compile(r"/batches/[^/]+/cancel\Z"), "batches"),
    ),
}
_GEMINI_VERBS = {
    "generateContent": "models.generate_content",
    "streamGenerateContent": "models.generate_content",
    "embedContent": "models.embed_content",
    "batchEmbedContents": "models.embed_content",
    "predictLongRunning": "models.generate_videos",
    "fetchPredictOperation": "models.generate_videos",
    "batchGenerateContent": "batches",
    "asyncBatchEmbedContent": "batches",
}
_GEMINI_CREATED = {"cachedContents": "caches.create", "batchPredictionJobs": "batches", "interactions": "interactions"}
_GEMINI_OBJECTS = (
    (re.compile(r"(^|/)(batches|batchPredictionJobs)/[^/:]+\Z"), "batches"),
    (re.compile(r"(^|/)interactions/[^/:]+\Z"), "interactions"),
    (re.compile(r"(^|/)models/[^/]+/operations/[^/:]+\Z"), "models.generate_videos"),
)


def openai_surface(method: str, path: str) -> str | None:
    """The surface of an OpenAI-shaped request; `path` may be a whole URL.

    Retrieving or cancelling a response or a batch is one too: what it returns counts where its report has an identity.
    """
    path = _bare(path)
    if method.upper() == "POST":
        surface = next((surface for end, surface in _OPENAI_CALLS if path.endswith(end)), None)
        if surface is not None:
            return surface
    objects = _OPENAI_OBJECTS.get(method.upper(), ())
    return next((surface for pattern, surface in objects if pattern.search(path)), None)


def gemini_surface(method: str, path: str) -> str | None:
    """The surface of a Gemini request, on the Developer API or on Vertex; `path` may be a whole URL.

    Retrieving a batch, an interaction or a video operation is one too: what it returns counts where its report has an
    identity.
    """
    path = _bare(path)
    if method.upper() == "GET":
        return next((surface for pattern, surface in _GEMINI_OBJECTS if pattern.search(path)), None)
    if method.upper() != "POST":
        return None
    resource, _, verb = path.rpartition(":")
    if verb == "predict":
        return "models.embed_content" if "embedding" in resource.rpartition("/")[2] else "models.generate_images"
    return _GEMINI_VERBS.get(verb) or _GEMINI_CREATED.get(path.rpartition("/")[2])


def _bare(path: str) -> str:
    bare = path.partition("?")[0].rstrip("/")
    return bare if bare.startswith("/") or "://" in bare else f"/{bare}"
