"""What the findings on limits mean."""

from __future__ import annotations

from kpiformula.linting.codes.row import ERROR, Row

# fmt: off
LIMITS: tuple[Row, ...] = (
    ("KF901", ERROR, "statement too long",
     "One formula has more than 2 000 characters.",
     "A short limit bounds the work; printed formulas are far below it.",
     "a page of running text as a formula", "Give the calculation cell alone."),
    ("KF902", ERROR, "cell too long",
     "A calculation cell has more than 20 000 characters.",
     "It is probably a whole document.", "a report pasted into a cell", "Give one cell at a time."),
    ("KF903", ERROR, "too many marks",
     "A formula has more than 500 numbers, names and signs.",
     "The work of reading it is bounded.",
     "A + A + A + … 500 times", "Define parts of it by name."),
    ("KF904", ERROR, "nested too deep",
     "Brackets, or lists in a file, stand more than 50 deep in one another.",
     "Depth can bring any reader to a fall.", "((((… 51 brackets", "Define parts of it by name."),
    ("KF905", ERROR, "number too long",
     "A number has more than 30 digits, or rounding is asked to too many decimals.",
     "Exact arithmetic would take endlessly.", "1e1000000", "A number of at most 30 digits."),
    ("KF906", ERROR, "power too high",
     "A power is not a whole number from 0 to 6, or formulas are too large to compute or compare.",
     "9^9^9 has more digits than can be computed.", "G^9", "G^6 at most, with a plain number."),
    ("KF907", ERROR, "methodology too large",
     "The files of a methodology have more than 5 MB.",
     "The largest known has a hundredth of it.", "a folder of scans", "Split it, or load another."),
)
