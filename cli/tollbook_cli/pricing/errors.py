"""What the price list can refuse."""

from tollbook_schemas.errors import TollbookError


class PriceFileError(TollbookError):
    """A file of prices that cannot be read, or rows in it that are no prices."""


class PricesRefusedError(TollbookError):
    """Prices that would break a rule of the price list; nothing was entered."""


class PriceTableError(TollbookError):
    """Postgres refuses what the price list needs."""


class SeedMissingError(TollbookError):
    """The package that seeds come from is not installed."""
