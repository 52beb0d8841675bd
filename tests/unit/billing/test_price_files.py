"""Files of prices: everything that could not be applied exactly is refused with the row and the reason."""

from decimal import Decimal
from pathlib import Path

import pytest

from tollbook_cli.pricing.errors import PriceFileError
from tollbook_cli.pricing.files import read_prices
from tollbook_cli.pricing.price import TOKEN_CLASSES
from tollbook_cli.pricing.supposed import supposed_json

HEADER = "provider,model,token_class,price,unit,min_prompt_tokens,batch,service_tier,from\n"


def _file(folder: Path, text: str, name: str = "prices.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_csv_and_json_say_the_same(tmp_path: Path) -> None:
    rows = _file(tmp_path, HEADER + "openai,m,input_text,0.125,1000,200000,true,flex,2030-01-01\n")
    objects = _file(
        tmp_path,
        '[{"provider": "openai", "model": "m", "token_class": "input_text", "price": 0.125, "unit": 1000,'
        ' "min_prompt_tokens": 200000, "batch": true, "service_tier": "flex", "from": "2030-01-01T01:00+01:00"}]',
        "prices.json",
    )
    (one,), (other,) = read_prices(rows), read_prices(objects)
    assert one.model_dump(exclude={"source"}) == other.model_dump(exclude={"source"})
    assert (one.price, one.source, other.source) == (Decimal("0.125"), "file prices.csv", "file prices.json")


def test_a_number_in_json_keeps_every_digit(tmp_path: Path) -> None:
    text = '[{"provider": "p", "model": "m", "token_class": "web_search", "price": 0.100000000001, "unit": 1}]'
    (price,) = read_prices(_file(tmp_path, text, "p.json"))
    assert price.per_one == Decimal("0.100000000001")


@pytest.mark.parametrize("token_class", TOKEN_CLASSES)
def test_every_class_has_a_price(tmp_path: Path, token_class: str) -> None:
    assert read_prices(_file(tmp_path, f"{HEADER}openai,m,{token_class},1,,,,,\n"))[0].token_class == token_class


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("openai,m,input_text,1,,100000,,,", "100000 is no prompt-size band"),
        ("openai,m,input_text,-1,,,,,", "from 0 on"),
        ("openai,m,input_text,NaN,,,,,", "finite"),
        ("openai,m,input_text,0.0000000000001,,,,,", "at most 12 decimals"),
        ("openai,m,prompt,1,,,,,", "token_class"),
        ("openai,m,input_text,1,60,,,,", "1, 1000 or 1000000"),
        ("openai,m,input_text,1,,,,default,", "leave the tier out"),
        ("openai,m,input_text,1,,,,,soon", "from"),
        ("openai,,input_text,1,,,,,", "model"),
        ("openai,m,input_text", "not as many cells"),
    ],
)
def test_a_bad_row_is_named_with_its_reason(tmp_path: Path, row: str, reason: str) -> None:
    with pytest.raises(PriceFileError, match=f"line 3.*{reason}"):
        read_prices(_file(tmp_path, f"{HEADER}openai,good,input_text,1,,,,,\n{row}\n"))


@pytest.mark.parametrize(
    ("name", "text"),
    [("p.csv", HEADER), ("p.json", "{}"), ("p.json", "[1]"), ("p.json", "["), ("p.csv", "provider,modell\na,b\n")],
)
def test_what_holds_no_prices_is_refused(tmp_path: Path, name: str, text: str) -> None:
    with pytest.raises(PriceFileError, match="p\\."):
        read_prices(_file(tmp_path, text, name))


def test_supposed_prices_of_one_key_follow_each_other(tmp_path: Path) -> None:
    text = HEADER + "o,m,input_text,1,,,,,\no,m,input_text,2,,,,,2030-01-01\no,n,input_text,3,,,,,\n"
    first, second, other = supposed_json(read_prices(_file(tmp_path, text)))
    assert (first["from"], first["to"]) == (None, "2030-01-01T00:00:00+00:00")
    assert (second["from"], second["to"]) == ("2030-01-01T00:00:00+00:00", None)
    assert (other["from"], other["to"]) == (None, None)
