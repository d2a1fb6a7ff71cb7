"""One count as a caller gives it: read exactly, or refused.

Counts are integers, fractions, decimals or printed strings; a float has no stated decimals and is
refused. An empty string and a dash are a missing count, never zero.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from numbers import Integral

from kpiformula.arithmetic import Ratio
from kpiformula.diagnostics import InputError, error
from kpiformula.text import BLANKS, MAX_DIGITS, printed_number

Count = int | Fraction | Decimal | str | None
"""A count as given by the caller; ``None``, an empty string or a dash is a missing count."""

LARGEST = 10**MAX_DIGITS


def read_count(
    key: str, count: object, takes_percent: Callable[[], bool] = lambda: False
) -> Ratio | None:
    """Return a count as numerator and denominator, ``None`` where it is missing.

    ``takes_percent`` says whether what ``key`` stands for is itself a percentage.

    Raises:
        InputError: KF501 a kind that is not exact, or a percentage for a count; KF504, KF505,
            KF905 what cannot be read.
    """
    match count:
        case None:
            return None
        case bool():
            raise _unusable(key, f"{count} is no count", "write 1 or 0 if that is meant")
        case Integral():
            amount = int(count), 1
        case Fraction():
            amount = count.as_integer_ratio()
        case Decimal():
            amount = _decimal_amount(key, count)
        case str():
            if count.strip() in BLANKS:
                return None
            amount = _printed_amount(key, count, takes_percent)
        case float() if count != count:
            raise _unusable(key, "NaN is not a number", "give None for a missing count")
        case float():
            raise _unusable(
                key,
                f"the float {count!r} does not say how many of its decimals are meant",
                f"give it as printed, {str(count)!r}, or as Decimal({str(count)!r})",
            )
        case _:
            kind = type(count).__name__
            raise _unusable(
                key,
                f"a count cannot be of type {kind}",
                "give an int, a Fraction, a Decimal, a string as printed, or None",
            )
    if max(abs(amount[0]), amount[1]) > LARGEST:
        raise _too_long(key)
    return amount


def _decimal_amount(key: str, count: Decimal) -> Ratio:
    if not count.is_finite():
        raise _unusable(key, f"{count} is not a number", "give None for a missing count")
    if max(abs(count.adjusted()), len(count.as_tuple().digits)) > MAX_DIGITS:
        raise _too_long(key)
    return count.as_integer_ratio()


def _printed_amount(key: str, count: str, takes_percent: Callable[[], bool]) -> Ratio:
    try:
        number = printed_number(count)
    except InputError as unread:
        found = (replace(d, message=f"{key}: {d.message}") for d in unread.diagnostics)
        raise InputError(*found) from None
    if number.percent and not takes_percent():
        raise _unusable(key, f"{count!r} is a percentage, not a count", "give the count itself")
    return number.value.as_integer_ratio()


def _unusable(key: str, message: str, advice: str) -> InputError:
    return InputError(error("KF501", f"{key}: {message}", help=advice))


def _too_long(key: str) -> InputError:
    return InputError(error("KF905", f"{key}: a number has more than {MAX_DIGITS} digits"))
