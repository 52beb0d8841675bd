"""What the list of budgets can refuse."""

from tollbook_schemas.errors import TollbookError


class BudgetError(TollbookError):
    """A budget that cannot be set, or a database that refuses what budgets need; nothing was changed."""
