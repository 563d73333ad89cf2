"""Where rows may be cut, so that each part has everything of whom it has anything of. Plain lines, for `batch`.

A person begins where the number rises above all before it; rows in which a value is missing are nobody's.
"""

from fenji.kernel.payment.rows import Rows


def highest_in(rows: Rows, beyond: int) -> int:
    """The highest person of the rows, `beyond` if none is higher."""
    highest = beyond
    for i in range(len(rows)):
        if rows[i].missing == 0 and rows[i].person > highest:
            highest = rows[i].person
    return highest


def first_above(rows: Rows, start: int, highest: int) -> int:
    """The first row from `start` on of a person above `highest`; the end if there is none."""
    for i in range(start, len(rows)):
        if rows[i].missing == 0 and rows[i].person > highest:
            return i
    return len(rows)


def last_beginning(rows: Rows, beyond: int) -> int:
    """The last row where a person begins; the end if none does."""
    highest, found = beyond, len(rows)
    for i in range(len(rows)):
        if rows[i].missing == 0 and rows[i].person > highest:
            highest, found = rows[i].person, i
    return found
