"""The quick look whether anything must be cut is exact: it never says so of counts that would be changed."""

from hypothesis import given
from hypothesis import strategies as st

from tollbook_producers.normalize.clamp import cut, fits
from tollbook_producers.normalize.report import Report
from tollbook_schemas.usage import TOKEN_FIELDS

counts = st.dictionaries(st.sampled_from(TOKEN_FIELDS), st.none() | st.integers(0, 12))


def after_cutting(given_counts: dict[str, int | None]) -> Report:
    report = Report()
    report.counts |= given_counts
    cut(report)
    return report


@given(counts)
def test_what_fits_is_not_changed(given_counts: dict[str, int | None]) -> None:
    if fits(given_counts):
        report = after_cutting(given_counts)
        assert report.counts == given_counts
        assert report.usage().flags == ()


@given(counts)
def test_what_was_cut_fits(given_counts: dict[str, int | None]) -> None:
    report = after_cutting(given_counts)
    wholes = ("prompt_tokens", "completion_tokens")
    assert fits(report.counts) or any(report.counts.get(name) is None for name in wholes)


def test_the_usual_report_fits() -> None:
    assert fits({"prompt_tokens": 16, "completion_tokens": 9, "cached_prompt_tokens": 4, "reasoning_tokens": 9})
