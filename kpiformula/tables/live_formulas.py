"""Formulas of a spreadsheet that recompute a value and check a figure, built from the nodes.

A spreadsheet calculates with binary numbers of 15 digits. So a value is written as one quotient
of two whole numbers, each a plain product or sum of counts, and a figure is checked on these whole
numbers, not on a rounded quotient: what a spreadsheet says is then what exact arithmetic says, ties
included, as long as the numbers stay below :data:`LARGEST_CHECKED`, which the formula itself asks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce

from kpiformula.intervals import Mode
from kpiformula.nodes import Binary, Call, Name, Negative, Node, Number

LARGEST_CHECKED = 10**14
"""Spreadsheets take numbers for equal that differ only behind the fourteenth digit."""

LONGEST = 8000
"""How long a formula may be; spreadsheets take 8192 characters."""

AGREES, DIFFERS = "agrees", "differs"
MISSING, UNDEFINED, TOO_LARGE = "missing", "undefined", "too large to check here"


class NoLiveFormulaError(ValueError):
    """A formula cannot be written as a quotient of whole numbers that a spreadsheet keeps."""


@dataclass(frozen=True, slots=True)
class CountCell:
    """The address of a count, and its exact value."""

    address: str
    value: Fraction


@dataclass(frozen=True, slots=True)
class Whole:
    """An expression of a spreadsheet that is a whole number, and which."""

    text: str
    value: int
    is_sum: bool = False

    def __post_init__(self) -> None:
        if abs(self.value) >= LARGEST_CHECKED or len(self.text) > LONGEST:
            raise NoLiveFormulaError


ONE = Whole("1", 1)


@dataclass(frozen=True, slots=True)
class Quotient:
    """A value as numerator and denominator; ``divisors`` are all that must not be zero."""

    numerator: Whole
    denominator: Whole
    divisors: tuple[Whole, ...] = ()


def quotient(node: Node, cells: Mapping[str, CountCell]) -> Quotient:
    """Return a formula as one quotient of whole numbers.

    Raises:
        NoLiveFormulaError: for a root, a rounding, a minimum of fractions, and for numbers that
            a spreadsheet does not keep.
    """
    match node:
        case Number(value):
            return _constant(value)
        case Name(name):
            return _of_cell(cells[name])
        case Negative(operand):
            inner = quotient(operand, cells)
            return Quotient(_negative(inner.numerator), inner.denominator, inner.divisors)
        case Binary("^", left, Number(exponent)) if exponent in range(7):
            return reduce(_times, [quotient(left, cells)] * int(exponent), _constant(Fraction(1)))
        case Binary(operator, left, right) if operator in _OPERATIONS:
            return _OPERATIONS[operator](quotient(left, cells), quotient(right, cells))
        case Call(function, arguments):
            return _called(function, [quotient(argument, cells) for argument in arguments])
        case _:
            raise NoLiveFormulaError


def _constant(value: Fraction) -> Quotient:
    numerator, denominator = value.as_integer_ratio()
    return Quotient(Whole(str(numerator), numerator, numerator < 0), Whole(str(denominator),
                    denominator))  # fmt: skip


def _of_cell(cell: CountCell) -> Quotient:
    """Return a count; one with decimals is made whole, ``ROUND`` taking off the binary blur."""
    numerator, scale = cell.value.numerator, 1
    while scale % cell.value.denominator:
        scale *= 10
        if scale > LARGEST_CHECKED:
            raise NoLiveFormulaError
    if scale == 1:
        return Quotient(Whole(cell.address, numerator), ONE)
    whole = int(cell.value * scale)
    return Quotient(Whole(f"ROUND({cell.address}*{scale},0)", whole), Whole(str(scale), scale))


def _negative(a: Whole) -> Whole:
    return Whole(f"-{_closed(a)}", -a.value, is_sum=True)


def _closed(a: Whole) -> str:
    return f"({a.text})" if a.is_sum else a.text


def _product(a: Whole, b: Whole) -> Whole:
    if a == ONE or b == ONE:
        return b if a == ONE else a
    return Whole(f"{_closed(a)}*{_closed(b)}", a.value * b.value)


def _times(a: Quotient, b: Quotient) -> Quotient:
    return Quotient(
        _product(a.numerator, b.numerator),
        _product(a.denominator, b.denominator),
        _both(a, b),
    )


def _divided(a: Quotient, b: Quotient) -> Quotient:
    return Quotient(
        _product(a.numerator, b.denominator),
        _product(a.denominator, b.numerator),
        tuple(dict.fromkeys((*_both(a, b), b.numerator))),
    )


def _plus(a: Quotient, b: Quotient) -> Quotient:
    return _added(a, b, "+")


def _minus(a: Quotient, b: Quotient) -> Quotient:
    return _added(a, b, "-")


def _added(a: Quotient, b: Quotient, sign: str) -> Quotient:
    denominator = a.denominator
    one, other = a.numerator, b.numerator
    if a.denominator != b.denominator:
        denominator = _product(a.denominator, b.denominator)
        one, other = _product(one, b.denominator), _product(other, a.denominator)
    value = one.value + (other.value if sign == "+" else -other.value)
    text = f"{one.text}{sign}{_closed(other)}"
    return Quotient(Whole(text, value, is_sum=True), denominator, _both(a, b))


def _both(a: Quotient, b: Quotient) -> tuple[Whole, ...]:
    return tuple(dict.fromkeys((*a.divisors, *b.divisors)))


_OPERATIONS: Mapping[str, Callable[[Quotient, Quotient], Quotient]] = {
    "+": _plus,
    "-": _minus,
    "*": _times,
    "/": _divided,
}


def _called(function: str, inner: list[Quotient]) -> Quotient:
    divisors = tuple(dict.fromkeys(each for a in inner for each in a.divisors))
    match function:
        case "sum":
            return reduce(_plus, inner)
        case "mean":
            return _divided(reduce(_plus, inner), _constant(Fraction(len(inner))))
        case "abs":
            parts = (_absolute(inner[0].numerator), _absolute(inner[0].denominator))
            return Quotient(*parts, divisors)
        case "min" | "max" if all(a.denominator == ONE for a in inner):
            numbers = [a.numerator for a in inner]
            value = (min if function == "min" else max)(number.value for number in numbers)
            text = f"{function.upper()}({','.join(number.text for number in numbers)})"
            return Quotient(Whole(text, value), ONE, divisors)
        case _:
            raise NoLiveFormulaError


def _absolute(a: Whole) -> Whole:
    return a if a == ONE else Whole(f"ABS({a.text})", abs(a.value))


# --- checks --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the parts of a row stand: numerator, denominator, value, reported, decimals."""

    numerator: str
    denominator: str
    value: str
    reported: str
    decimals: str


def value_formula(parts: Quotient, counts: Mapping[str, CountCell], at: Addresses) -> str:
    """Return the formula of the value, which says where a count is missing or a divisor zero."""
    value = f"{at.numerator}/{at.denominator}"
    zeros = [f"{each.text}=0" for each in parts.divisors if not _is_constant(each)]
    if zeros:
        value = f'IF(OR({",".join(zeros)}),"{UNDEFINED}",{value})'
    cells = [cell.address for cell in counts.values()]
    if cells:
        value = f'IF(COUNT({",".join(cells)})<{len(cells)},"{MISSING}",{value})'
    if len(value) > LONGEST:
        raise NoLiveFormulaError
    return f"={value}"


def _is_constant(each: Whole) -> bool:
    return each.text.isdigit() and each.value != 0


def check_formula(at: Addresses, mode: Mode) -> str:
    """Return the formula that says whether the reported figure is right under a rounding.

    The distance of value and figure is taken in halves of the last digit, times the denominator:
    a whole number, held against the denominator itself.
    """
    figure = f"ROUND({at.reported}*10^{at.decimals},0)"
    ours, theirs = f"2*{at.numerator}*10^{at.decimals}", f"2*{figure}*{at.denominator}"
    distance = f"({ours}-{theirs})*SIGN({at.denominator})"
    holds = _CONDITIONS[mode].format(t=distance, q=f"ABS({at.denominator})", r=figure)
    size = f"MAX(ABS({ours}),ABS({theirs}))"
    judged = f'IF({size}>{LARGEST_CHECKED},"{TOO_LARGE}",IF({holds},"{AGREES}","{DIFFERS}"))'
    judged = f'IF(ISNUMBER({at.reported}),{judged},"no figure")'
    return f"=IF(ISNUMBER({at.value}),{judged},{at.value})"


def is_too_large(parts: Quotient, figure: Fraction, decimals: int) -> bool:
    """Return whether the check refuses these numbers as too large."""
    size = max(abs(Fraction(parts.numerator.value)), abs(figure * parts.denominator.value))
    return size * 2 * Fraction(10) ** decimals > LARGEST_CHECKED


_CONDITIONS: Mapping[Mode, str] = {
    "nearest": "ABS({t})<={q}",
    "half_up": "OR(ABS({t})<{q},AND({t}=-{q},{r}>0),AND({t}={q},{r}<0))",
    "half_down": "OR(ABS({t})<{q},AND({t}=-{q},{r}<=0),AND({t}={q},{r}>=0))",
    "half_even": "OR(ABS({t})<{q},AND(ABS({t})={q},MOD({r},2)=0))",
    "truncate": "OR(AND({r}>0,{t}>=0,{t}<2*{q}),AND({r}<0,{t}<=0,{t}>-2*{q}),"
    "AND({r}=0,ABS({t})<2*{q}))",
    "ceiling": "AND({t}<=0,{t}>-2*{q})",
    "floor": "AND({t}>=0,{t}<2*{q})",
}
"""When a figure is right: t is twice the distance, q the denominator, r the figure's digits."""
