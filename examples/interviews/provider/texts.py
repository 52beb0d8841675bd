"""What the models say, by the task that heads a prompt. A task that is not here is refused, so that typos show."""

import json

_THEMES = ["trust", "speed", "price"]
_REPAIRED = {"summary": "Customers value being understood."}

_SAID: dict[str, object] = {
    "Interview": "Thank you. What made you stay?",
    "Interview transcription": "The support team knew my name.",
    "Recording": "I came for the price and stayed for the people.",
    "Answer analysis": {"themes": _THEMES[:2], "depth": 3},
    "Sentiment": "positive",
    "Overlap vectors": None,
    "Overlap judgement": "partly",
    "Question summary": '{"summary": "Customers value being und',  # cut off, as models sometimes do
    "Repair": _REPAIRED,
    "Additional questions": {"questions": ["Who helped you?", "What nearly made you leave?"]},
    "Duplicate check": "new",
    "Session summary": "A loyal customer who came for the price and stayed for the people.",
    "Headline": "Won by price, kept by people",
    "Template generation": {"questions": ["What brought you here?", "What made you stay?"]},
    "Template review": "clear",
    "Theme vectors": None,
    "Cross-interview analysis": "Across interviews, trust outweighs price.",
    "Cross-template analysis": "Onboarding and renewal tell the same story.",
    "Outlook": "Expect renewals to hold.",
    **{
        f"{work} of {subject}": said
        for work, said in (("Outline", "one bold figure, three short lines"), ("Picture", None))
        for subject in (
            *("collection summary", "collection themes", "collection findings"),
            *("project summary", "project themes", "project insights"),
        )
    },
}


def is_known(task: str) -> bool:
    """Whether there is something to say."""
    return task in _SAID


def said(task: str) -> str:
    """The text of an answer; empty where the answer is a vector or a picture."""
    answer = _SAID[task]
    return answer if isinstance(answer, str) else json.dumps(answer) if answer else ""
