import pytest

from tollbook_producers.normalize import (
    UnknownSurfaceError,
    gemini_surface,
    openai_surface,
    reader_for,
    session_reader_for,
    session_surfaces_of,
    surfaces_of,
)

AZURE = "https://x.openai.azure.com/openai/deployments/d/chat/completions?api-version=1"
VERTEX = "projects/p/locations/l/publishers/google/models"


@pytest.mark.parametrize(
    ("method", "path", "surface"),
    [
        ("post", "/chat/completions", "chat.completions"),
        ("POST", AZURE, "chat.completions"),
        ("post", "/v1/completions", "completions"),
        ("post", "/responses", "responses"),
        ("post", "/responses/compact", "responses.compact"),
        ("get", "/responses/resp_1", "responses"),
        ("post", "/responses/resp_1/cancel", "responses"),
        ("post", "/decisions", "decisions"),
        ("post", "/embeddings", "embeddings"),
        ("post", "/audio/transcriptions", "audio.transcriptions"),
        ("post", "/audio/translations", "audio.translations"),
        ("post", "/audio/speech", "audio.speech"),
        ("post", "/images/generations", "images"),
        ("post", "/images/edits", "images"),
        ("post", "/images/variations", "images"),
        ("post", "/batches", "batches"),
        ("get", "/batches/batch_1", "batches"),
        ("get", "/batches", None),
        ("post", "/responses/input_tokens", None),
        ("get", "/responses/resp_1/input_items", None),
        ("delete", "/responses/resp_1", None),
        ("get", "/chat/completions/chatcmpl_1", None),
        ("post", "/files", None),
        ("get", "/models", None),
        ("post", "/moderations", None),
    ],
)
def test_openai(method: str, path: str, surface: str | None) -> None:
    assert openai_surface(method, path) == surface


@pytest.mark.parametrize(
    ("method", "path", "surface"),
    [
        ("post", "models/gemini-2.5-flash:generateContent", "models.generate_content"),
        ("post", "models/gemini-2.5-flash:streamGenerateContent?alt=sse", "models.generate_content"),
        ("post", f"{VERTEX}/gemini-2.5-flash:generateContent", "models.generate_content"),
        ("post", "models/gemini-embedding-001:batchEmbedContents", "models.embed_content"),
        ("post", f"{VERTEX}/text-embedding-005:predict", "models.embed_content"),
        ("post", f"{VERTEX}/gemini-embedding-2:embedContent", "models.embed_content"),
        ("post", f"{VERTEX}/imagen-4.0-generate-001:predict", "models.generate_images"),
        ("post", "models/veo-3:predictLongRunning", "models.generate_videos"),
        ("post", f"{VERTEX}/veo-3:fetchPredictOperation", "models.generate_videos"),
        ("get", "models/veo-3/operations/o1", "models.generate_videos"),
        ("post", "cachedContents", "caches.create"),
        ("post", "https://host/v1beta/cachedContents", "caches.create"),
        ("post", "models/gemini-2.5-flash:batchGenerateContent", "batches"),
        ("post", "batchPredictionJobs", "batches"),
        ("get", "batches/b1", "batches"),
        ("get", "projects/p/locations/l/batchPredictionJobs/7", "batches"),
        ("post", "/v1beta/interactions", "interactions"),
        ("get", "/v1beta/interactions/i1", "interactions"),
        ("get", "batches", None),
        ("post", "batches/b1:cancel", None),
        ("delete", "cachedContents/c1", None),
        ("get", "cachedContents/c1", None),
        ("post", "models/gemini-2.5-flash:countTokens", None),
        ("get", "models/gemini-2.5-flash", None),
    ],
)
def test_gemini(method: str, path: str, surface: str | None) -> None:
    assert gemini_surface(method, path) == surface


@pytest.mark.parametrize("provider", ["openai", "xai", "gemini", "a_gateway"])
def test_every_listed_surface_has_a_reader_that_begins_empty(provider: str) -> None:
    for surface in surfaces_of(provider):
        report = reader_for(provider, surface, {"model": "m"}).report()
        assert not report.usage.is_reported
        assert report.status is None
    for surface in session_surfaces_of(provider):
        assert session_reader_for(provider, surface).feed({}) == ()


def test_a_surface_that_is_none_is_an_error_that_names_the_known_ones() -> None:
    with pytest.raises(UnknownSurfaceError, match=r"gemini has no surface 'responses'; known are models\.generate"):
        reader_for("gemini", "responses")
    with pytest.raises(UnknownSurfaceError, match="known are realtime"):
        session_reader_for("xai", "live")
