"""The three pictures of a collection."""

from interviews_app.infographics.drawing import draw_with_gemini
from interviews_app.infographics.making import InfographicKind
from tollbook_schemas import LLMUseCase

COLLECTION_INFOGRAPHICS = (
    InfographicKind("collection summary", LLMUseCase.INFOGRAPHIC_COLLECTION_SUMMARY, draw_with_gemini),
    InfographicKind("collection themes", LLMUseCase.INFOGRAPHIC_COLLECTION_THEMES, draw_with_gemini),
    InfographicKind("collection findings", LLMUseCase.INFOGRAPHIC_COLLECTION_FINDINGS, draw_with_gemini),
)
