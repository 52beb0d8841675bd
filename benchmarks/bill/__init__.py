"""How fast bills are: from totals beside the raw ledger, and from a call's end to its showing in one."""
