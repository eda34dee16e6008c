from datetime import date

import pytest

from kg.claims.times import edtf_span
from kg.extract.values.times import find_times

WEDNESDAY = date(2025, 5, 14)


@pytest.mark.parametrize(
    ("words", "edtf"),
    [
        ("in late April", "2025-04-21/2025-04-30"),
        ("in early May", "2025-05-01/2025-05-10"),
        ("in mid-March 2024", "2024-03-11/2024-03-20"),
        ("last month", "2025-04"),
        ("this year", "2025"),
        ("on Monday", "2025-05-12"),
        ("on Wednesday", "2025-05-14"),
        ("last Wednesday", "2025-05-07"),
        ("last week", "2025-05-05/2025-05-11"),
        ("in the week of June 9", "2025-06-09/2025-06-15"),
        ("since April", "2025-04/.."),
        ("until July 31", "../2025-07-31"),
        ("from November 8, 2025", "2025-11-08/.."),
        ("from June 16 to June 20", "2025-06-16/2025-06-20"),
        ("in December", "2024-12"),
        ("on 12 May", "2025-05-12"),
        ("in the first quarter of 2025", "2025-01/2025-03"),
        ("this morning", "2025-05-14"),
        ("yesterday", "2025-05-13"),
        ("two weeks ago", "2025-04-28/2025-05-04"),
        ("by the end of the month", "../2025-05-31"),
        ("by the end of this year", "../2025-12-31"),
        ("until the end of 2026", "../2026-12-31"),
        ("in January and February", "2025-01/2025-02"),
        ("in December and January", "2024-12/2025-01"),
        ("between 5 and 12 May", "2025-05-05/2025-05-12"),
        ("from 5 to 12 May", "2025-05-05/2025-05-12"),
        ("in the first half of the year", "2025-01/2025-06"),
        ("in the year to September", "2023-10/2024-09"),
        ("through the end of March", "../2026-03-31"),
        ("since last summer", "2024-06/.."),
        ("since the spring", "2025-03/.."),
        ("before year-end", "../2025-12-31"),
        ("since New Year", "2025-01-01/.."),
        ("over the March quarter", "2025-01/2025-03"),
        ("until at least May 20", "../2025-05-20"),
        ("as at 30 April", "2025-04-30"),
        ("as of June 1", "2025-06-01/.."),
    ],
)
def test_reading(words: str, edtf: str) -> None:
    [found] = find_times(f"It happened {words}.", WEDNESDAY)
    assert found.edtf == edtf
    edtf_span(found.edtf)


@pytest.mark.parametrize("words", ["it may be", "the march of time", "February 30", "version 2.5"])
def test_no_time(words: str) -> None:
    assert find_times(words, WEDNESDAY) == []


def test_no_reading_without_the_date_of_the_article() -> None:
    assert find_times("last month", None) == []


def test_in_talk_of_the_future_a_month_lies_ahead() -> None:
    [found] = find_times("in January", WEDNESDAY, future=True)
    assert found.edtf == "2026-01"
