"""One module a command; see `tollbook_cli.app` for how they are found."""
