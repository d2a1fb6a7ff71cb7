"""A reported figure as a caller gives it: read with the decimals it states, or refused."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from numbers import Integral
from typing import cast

from kpiformula.diagnostics import InputError, error
from kpiformula.intervals import Figure, decimal_places
from kpiformula.nodes import number_text
from kpiformula.text import BLANKS, MAX_DIGITS, printed_number

Reported = str | int | Decimal | Fraction | Figure | None
"""A figure as the caller gives it; ``None``, an empty string or a dash is no figure."""


Printed = Reported | Sequence[Reported]
"""A figure as the caller gives it; or a tuple or list of all that a document prints for it."""


def read_figures(reported: Printed) -> tuple[Figure, ...]:
    """Return the figures printed for one quantity, each once, that with most decimals first.

    Raises:
        InputError: as :func:`read_figure`.
    """
    given = reported if isinstance(reported, tuple | list) else (cast("Reported", reported),)
    figures = dict.fromkeys(figure for each in given if (figure := read_figure(each)) is not None)
    return tuple(sorted(figures, key=lambda figure: -figure.decimals))


def read_figure(reported: Reported) -> Figure | None:
    """Return a reported figure with its decimals, or ``None`` where none is reported.

    Raises:
        InputError: KF513 for a float or another kind that states no decimals; KF510 for a
            fraction that is no decimal number; KF504, KF505, KF905 for what cannot be read.
    """
    given: object = reported
    match given:
        case None:
            return None
        case Figure():
            return given
        case str():
            if given.strip() in BLANKS:
                return None
            number = printed_number(given)
            return Figure(number.value, number.decimals, given.strip())
        case bool():
            pass
        case Decimal() if given.is_finite():
            exponent = given.as_tuple().exponent
            if isinstance(exponent, int) and max(abs(given.adjusted()), -exponent) <= MAX_DIGITS:
                return Figure(Fraction(given), -exponent, str(given))
            raise _too_long()
        case Fraction():
            return _plain_figure(given)
        case Integral():
            return _plain_figure(Fraction(int(given)))
    raise InputError(
        error("KF513", f"a reported figure cannot be {given!r}: its decimals are not stated",
              help="give it as printed, such as '0,40', or as a Decimal")
    )  # fmt: skip


def require_figure(reported: Reported) -> Figure:
    """Return a reported figure with its decimals.

    Raises:
        InputError: KF513 where none is given; and what :func:`read_figure` raises.
    """
    figure = read_figure(reported)
    if figure is None:
        raise InputError(error("KF513", "no figure is given"))
    return figure


def _plain_figure(value: Fraction) -> Figure:
    if max(abs(value.numerator), value.denominator) > 10**MAX_DIGITS:
        raise _too_long()
    decimals = decimal_places(value)
    if decimals is None:
        raise InputError(error("KF510", f"{value} is no decimal number"))
    return Figure(value, decimals, number_text(value))


def _too_long() -> InputError:
    return InputError(error("KF905", f"the figure has more than {MAX_DIGITS} digits"))
