"""The package's public surface."""

import tollbook_sinks
from tollbook_schemas.errors import TollbookError


def test_what_is_listed_exists_and_errors_have_one_root() -> None:
    for name in tollbook_sinks.__all__:
        member = getattr(tollbook_sinks, name)
        assert not name.endswith("Error") or issubclass(member, TollbookError)
    assert {"migrate", "run_sink"} < set(tollbook_sinks.__all__)
