"""Which rows of an answer one page shows."""

ROWS, CELLS = 50, 300
"""Rows on one page, fewer where they have many columns: so many cells, but ten rows at least."""


def rows_on_a_page(columns: int) -> int:
    """Rows on one page of an answer with so many columns."""
    return max(10, min(ROWS, CELLS // max(1, columns)))


def page_of_row(row: int, columns: int) -> int:
    """The page on which a row is, both counted from 1."""
    return (row - 1) // rows_on_a_page(columns) + 1


def rows_of_page(page: int, columns: int, total: int) -> range:
    """The places, from 0, of the rows on a page, counted from 1; beyond the last page comes the last."""
    rows = rows_on_a_page(columns)
    page = min(page, max(0, total - 1) // rows + 1)
    return range((page - 1) * rows, min(page * rows, total))
