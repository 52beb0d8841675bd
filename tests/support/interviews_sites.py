"""Where the interview product's source reaches for a provider client."""

import ast
from collections.abc import Iterator
from pathlib import Path

import interviews_app

ROOT = Path(interviews_app.__file__).parent
MAKERS = frozenset({"clients.py"})
"""Files that make the clients and close them, and call no model."""
CLIENTS = "clients"
SDK_PACKAGES = frozenset({"openai", "google", "httpx", "httpx2"})


def call_sites() -> set[str]:
    """`file: clients.….method` for each call through a client."""
    return {f"{name}: {chain}" for name, source in _sources() for chain in calls_in(source)}


def strays() -> set[str]:
    """`file:line` of uses of a client that are no call of the written-out form, and of clients taken from an SDK."""
    return {f"{name}:{line}" for name, source in _sources() for line in strays_in(source)}


def _sources() -> Iterator[tuple[Path, str]]:
    for path in sorted(ROOT.rglob("*.py")):
        if path.name not in MAKERS:
            yield path.relative_to(ROOT), path.read_text()


def calls_in(source: str) -> Iterator[str]:
    """The chains of names by which calls go through a client."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            chain = _chain(node.func)
            if chain.startswith(f"{CLIENTS}."):
                yield chain


def strays_in(source: str) -> Iterator[int]:
    """The lines where a client is used in another way."""
    tree = ast.parse(source)
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    inner = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and _is_client_import(node):
            yield node.lineno
        elif isinstance(node, ast.Attribute) and id(node) not in called | inner:
            chain = _chain(node)
            if chain.startswith(f"{CLIENTS}.") and chain != f"{CLIENTS}.patience":
                yield node.lineno


def _is_client_import(node: ast.ImportFrom) -> bool:
    package = (node.module or "").partition(".")[0]
    return package in SDK_PACKAGES and any(alias.name.endswith(("OpenAI", "Client")) for alias in node.names)


def _chain(node: ast.expr) -> str:
    names = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(names)]) if isinstance(node, ast.Name) else ""
