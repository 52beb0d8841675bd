"""The `tollbook` command, also `python -m tollbook_cli`."""

import sys

EXTRAS_HINT = "install the extras: pip install 'tollbook[all]'"


def main() -> None:
    """Runs the command in `sys.argv` and exits: 0 done, 1 something is wrong, 2 misuse."""
    try:
        from tollbook_cli.app import make_app, wanted_command  # noqa: PLC0415 - typer may be missing
        from tollbook_cli.console import explained_errors  # noqa: PLC0415 - rich may be missing
    except ModuleNotFoundError as error:
        sys.exit(f"the `{error.name}` package is missing: {EXTRAS_HINT}")
    with explained_errors():
        make_app(wanted_command(sys.argv[1:]))()


if __name__ == "__main__":
    main()
