"""Tenants: which database role speaks for which workspace, entered with who and why."""
