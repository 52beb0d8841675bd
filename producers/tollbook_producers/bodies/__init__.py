"""Answers as they pass over HTTP: read along with whoever reads them, to their end."""
