"""The loader of named queries."""

from tollbook_sinks.queries import columns, load_queries, split_queries


def test_a_file_is_split_at_its_names() -> None:
    text = "-- about the file\n\n-- name: one\n-- why\nSELECT 1;\n\n-- name: two\nSELECT ';' AS x;\n"
    assert dict(split_queries(text)) == {"one": "-- why\nSELECT 1", "two": "SELECT ';' AS x"}


def test_placeholders_are_filled_with_quoted_names() -> None:
    queries = load_queries(
        "partials.sql",
        partials=columns(("a", 'b"')),
        stated=columns(("c",)),
        stated_excluded=columns(("c",), of="excluded"),
    )
    assert queries["copy_partials"].as_string() == 'COPY stage_partials ("a", "b""") FROM STDIN'
    assert '("c") = ROW ("excluded"."c")' in queries["upsert_partials"].as_string()
