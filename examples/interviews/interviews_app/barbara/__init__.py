"""Barbara, the analyst: eight orchestrators, each with inner helpers that know nothing of whom they work for."""

from interviews_app.barbara.additional_questions import suggest_questions
from interviews_app.barbara.analysis import analyse_answer
from interviews_app.barbara.cross_interview import analyse_interviews
from interviews_app.barbara.cross_template import analyse_templates
from interviews_app.barbara.question_summary import summarise_question
from interviews_app.barbara.session_summary import summarise_session
from interviews_app.barbara.template_generation import generate_template
from interviews_app.barbara.topic_overlap import measure_overlap

__all__ = [
    "analyse_answer",
    "analyse_interviews",
    "analyse_templates",
    "generate_template",
    "measure_overlap",
    "suggest_questions",
    "summarise_question",
    "summarise_session",
]
