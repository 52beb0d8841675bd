"""Prices: read from files and from the table, planned as changes, entered in one transaction with who and why."""
