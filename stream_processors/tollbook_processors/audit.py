"""Whether totals add up to the counts that a mark states."""

from tollbook_processors.cursor import Cursor, open_scopes
from tollbook_schemas.rollups import Mark, Scope


def discrepancies(cursor: Cursor) -> dict[Scope, tuple[int, int]]:
    """Scopes whose totals hold another number of records than were counted: scope to (counted, in the totals)."""
    found = {}
    for name, scope in (*cursor.ended, *cursor.scopes.items()):
        in_totals = scope.events_in_totals()
        if in_totals != scope.events:
            found[name] = (scope.events, in_totals)
    return found


def differs_from(cursor: Cursor, mark: Mark) -> list[Scope]:
    """Scopes in which a fold of the log up to a mark and the mark itself disagree."""
    folded = open_scopes(cursor)
    return [name for name in folded.keys() | mark.open.keys() if folded.get(name) != mark.open.get(name)]
