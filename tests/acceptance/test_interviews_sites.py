"""The table of call paths names every line of the interview product that calls a model, and no other."""

from support.interviews_paths import PATHS
from support.interviews_scenes import STAGINGS
from support.interviews_sites import call_sites, calls_in, strays, strays_in
from tollbook_schemas import LLMUseCase


def test_every_call_site_is_in_the_table() -> None:
    assert call_sites() == {path.site for path in PATHS}


def test_clients_are_used_in_no_other_way() -> None:
    assert strays() == set()


def test_every_use_case_has_a_path() -> None:
    assert {path.use_case for path in PATHS} == set(LLMUseCase)


def test_every_edge_is_played() -> None:
    assert {path.edge for path in PATHS} == set(STAGINGS)


def test_a_new_call_site_would_be_seen() -> None:
    source = """
from openai import AsyncOpenAI

async def more(clients):
    await clients.async_openai.responses.create(model="m")
    create = clients.openai.chat.completions.create
    print(clients.patience, clients.gemini)
"""
    assert list(calls_in(source)) == ["clients.async_openai.responses.create"]
    assert sorted(strays_in(source)) == [2, 6, 7]
