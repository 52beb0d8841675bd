"""What the contract can refuse. One sentence a class; every message says what to do."""


class TollbookError(Exception):
    """The root of everything that Tollbook raises on purpose."""


class SettingsError(TollbookError):
    """A setting that the product refuses."""


class UnknownSchemaVersionError(TollbookError):
    """A record of a newer major version: the consumer stops, because skipping it would lose a call."""

    def __init__(self, version: object) -> None:
        self.version = version
        super().__init__(
            f"the record has schema_version {version!r} and this consumer knows only 1: "
            "upgrade the consumers (processor and sink) before the producers"
        )
