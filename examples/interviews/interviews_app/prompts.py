"""How the product writes prompts: headed by the task, so that logs and models alike know what it is about."""


def prompt(task: str, text: str = "") -> str:
    """A prompt for a task."""
    return f"# {task}\n\n{text}"
