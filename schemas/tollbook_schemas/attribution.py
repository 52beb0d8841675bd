"""Who and what a call was made for."""

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from tollbook_schemas.fields import Identifier, Label, UseCase


class LLMUsageStatus(StrEnum):
    """How a call ended. `missing_usage`: it succeeded and nobody said what it used."""

    SUCCESS = "success"
    MISSING_USAGE = "missing_usage"
    TIMEOUT = "timeout"
    ERROR = "error"


class LLMUseCase(StrEnum):
    """The known use cases; an event may carry any other `[a-z][a-z0-9_]*`."""

    ALVIA_REALTIME = "alvia_realtime"
    ALVIA_TRANSCRIPTION = "alvia_transcription"
    BARBARA_ANALYSIS = "barbara_analysis"
    BARBARA_TOPIC_OVERLAP = "barbara_topic_overlap"
    BARBARA_QUESTION_SUMMARY = "barbara_question_summary"
    BARBARA_CROSS_INTERVIEW_ENHANCED_ANALYSIS = "barbara_cross_interview_enhanced_analysis"
    BARBARA_PROJECT_CROSS_TEMPLATE_ANALYSIS = "barbara_project_cross_template_analysis"
    BARBARA_TEMPLATE_GENERATION = "barbara_template_generation"
    BARBARA_ADDITIONAL_QUESTIONS = "barbara_additional_questions"
    BARBARA_SESSION_SUMMARY = "barbara_session_summary"
    INFOGRAPHIC_COLLECTION_SUMMARY = "infographic_collection_summary"
    INFOGRAPHIC_COLLECTION_THEMES = "infographic_collection_themes"
    INFOGRAPHIC_COLLECTION_FINDINGS = "infographic_collection_findings"
    INFOGRAPHIC_PROJECT_SUMMARY = "infographic_project_summary"
    INFOGRAPHIC_PROJECT_THEMES = "infographic_project_themes"
    INFOGRAPHIC_PROJECT_INSIGHTS = "infographic_project_insights"


MAX_TAGS = 16

Tags = Annotated[dict[Label, Identifier], Field(max_length=MAX_TAGS)]
"""A small bounded map, at most 16 entries."""


class LLMUsageAttribution(BaseModel):
    """The ids that a call is billed to. All but the use case may be unknown: an unattributed call is still counted."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    use_case: UseCase
    workspace_id: Identifier | None = None
    project_id: Identifier | None = None
    template_id: Identifier | None = None
    collection_id: Identifier | None = None
    session_id: Identifier | None = None
    operation_id: Identifier | None = None
    end_user_id: Identifier | None = None
    environment: Label | None = None
    tags: Tags | None = None
