"""What the product is about. Nothing here knows of models, providers or usage."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Template:
    """The questions that an interview follows."""

    id: str
    title: str
    questions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What somebody said to a question."""

    question: str
    transcript: str


@dataclass(frozen=True, slots=True)
class Analysis:
    """What an answer says: its themes, how deep it goes (1 to 5) and its sentiment."""

    themes: tuple[str, ...]
    depth: int
    sentiment: str


@dataclass(frozen=True, slots=True)
class TopicOverlap:
    """How far an answer has covered the next question already. `similarity` is a cosine."""

    similarity: float
    judgement: str


@dataclass(frozen=True, slots=True)
class AdditionalQuestions:
    """What else to ask, and whether that is new."""

    questions: tuple[str, ...]
    novelty: str


@dataclass(frozen=True, slots=True)
class Interview:
    """One conversation with what Barbara made of each answer while it went on."""

    answers: tuple[Answer, ...]
    analyses: tuple[Analysis, ...]
    overlaps: tuple[TopicOverlap, ...]
    additional: AdditionalQuestions


@dataclass(frozen=True, slots=True)
class QuestionSummary:
    """One question and what was said to it."""

    question: str
    summary: str


@dataclass(frozen=True, slots=True)
class SessionSummary:
    """A finished interview in a headline and a paragraph."""

    headline: str
    text: str
    questions: tuple[QuestionSummary, ...]


@dataclass(frozen=True, slots=True)
class CrossInterviewAnalysis:
    """What several interviews say together, and how much they agree (a cosine)."""

    narrative: str
    agreement: float


@dataclass(frozen=True, slots=True)
class CrossTemplateAnalysis:
    """What all templates of a project say together."""

    narrative: str
    outlook: str


@dataclass(frozen=True, slots=True)
class Infographic:
    """A picture (PNG) that shows one subject."""

    subject: str
    picture: bytes


@dataclass(frozen=True, slots=True)
class CollectionAnalytics:
    """What is shown of a collection."""

    analysis: CrossInterviewAnalysis
    infographics: tuple[Infographic, ...]


@dataclass(frozen=True, slots=True)
class ProjectAnalytics:
    """What is shown of a project."""

    analysis: CrossTemplateAnalysis
    infographics: tuple[Infographic, ...]
