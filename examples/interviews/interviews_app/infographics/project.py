"""The three pictures of a project."""

from interviews_app.infographics.drawing import draw_with_gemini, draw_with_openai
from interviews_app.infographics.making import InfographicKind
from tollbook_schemas import LLMUseCase

PROJECT_INFOGRAPHICS = (
    InfographicKind("project summary", LLMUseCase.INFOGRAPHIC_PROJECT_SUMMARY, draw_with_openai),
    InfographicKind("project themes", LLMUseCase.INFOGRAPHIC_PROJECT_THEMES, draw_with_openai),
    InfographicKind("project insights", LLMUseCase.INFOGRAPHIC_PROJECT_INSIGHTS, draw_with_gemini),
)
