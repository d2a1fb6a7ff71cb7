"""Counts that a document states roughly: ``5,6 мың``, ``более 500``, ``about 40``, as intervals.

A scale word leaves the printed digits known and no others, so ``5,6 мың`` is 5550 to 5650. What
is "about" is rounded to its last digit that is no zero. No count is below zero, and none above
the largest that is read (:data:`LARGEST`), which is where "more than" ends.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

from kpiformula.amounts import ZEROS, Amount, read_amount, scaled
from kpiformula.counts import LARGEST
from kpiformula.diagnostics import InputError, error
from kpiformula.intervals import Figure, Interval, unround
from kpiformula.text import PrintedNumber

_LARGEST = Fraction(LARGEST)


@dataclass(frozen=True, slots=True)
class RoughCount:
    """All values that a count may have, and the printed one."""

    interval: Interval
    printed: Fraction


def read_rough_count(key: str, text: str, unit: str | None = None) -> RoughCount | None:
    """Return a count with words beside it as an interval, ``None`` where it has none.

    Args:
        key: the symbol or input that it is given for.
        text: the count as printed.
        unit: the unit of the symbol; ``5,6 мың`` in ``thousand_tenge`` is 5,6 of them.

    Raises:
        InputError: KF501 a percentage for a count; KF504, KF905 what cannot be read; KF505 a
            number or a scale with two readings; KF511 a bound that leaves no count.
    """
    try:
        amount = read_amount(text)
    except InputError as unread:
        found = (replace(d, message=f"{key}: {d.message}") for d in unread.diagnostics)
        raise InputError(*found) from None
    if amount is None:
        return None
    if amount.number.percent and unit != "percent":
        message = f"{key}: {text.strip()!r} is a percentage, not a count"
        raise InputError(error("KF501", message, help="give the count itself"))
    number = scaled(amount.number, _zeros(key, text, amount.scale, unit))
    if abs(number.value) > _LARGEST:
        raise InputError(error("KF905", f"{key}: the number is larger than any that is read"))
    return RoughCount(_interval(amount, number), number.value)


def _zeros(key: str, text: str, scale: str | None, unit: str | None) -> int:
    own = next((known for known in ZEROS if (unit or "").startswith(f"{known}_")), None)
    if scale is None or own == scale:
        return 0
    if own is not None:
        message = f"{key}: {text.strip()!r} may count in its own words or in {unit}"
        raise InputError(error("KF505", message, help="give the number without the word"))
    return ZEROS[scale]


def _interval(amount: Amount, number: PrintedNumber) -> Interval:
    value = number.value
    floor = Fraction(0) if value > 0 or (value == 0 and amount.bound == "at_most") else -_LARGEST
    match amount.bound:
        case "more" | "at_least":
            return Interval(value, _LARGEST, amount.bound == "at_least", True)
        case "less" | "at_most":
            return Interval(floor, value, True, amount.bound == "at_most")
        case "about":
            decimals = number.decimals - _last_zeros(amount.number)
            return unround(Figure(value, decimals, ""), "nearest")
        case _:
            return unround(Figure(value, number.decimals, ""), "nearest")


def _last_zeros(number: PrintedNumber) -> int:
    """Return how many zeros a printed whole number ends with."""
    if number.decimals or not number.value:
        return 0
    digits = str(number.value)
    return len(digits) - len(digits.rstrip("0"))
