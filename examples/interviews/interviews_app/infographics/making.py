"""How every infographic is made."""

from collections.abc import Callable
from dataclasses import dataclass

from interviews_app.clients import Clients
from interviews_app.domain import Infographic
from interviews_app.infographics.outline import outline
from tollbook_producers import usage_context
from tollbook_schemas import LLMUseCase

Draw = Callable[[Clients, str, str], bytes]


@dataclass(frozen=True, slots=True)
class InfographicKind:
    """One of the six: what it shows, what it is billed as and who draws it."""

    subject: str
    use_case: LLMUseCase
    draw: Draw

    def make(self, clients: Clients, findings: str) -> Infographic:
        """Outline it, then draw it."""
        with usage_context(use_case=self.use_case):
            outlined = outline(clients, self.subject, findings)
            return Infographic(self.subject, self.draw(clients, self.subject, outlined))
