"""Formulas as products of powers of polynomials: what proves that two formulas are one.

Products and powers are merged as they stand; they are multiplied out only where they are added,
as far as the work stays bounded. A sum beyond that counts as an unknown, and so do functions.
"""

from __future__ import annotations

import math
import operator
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping
from fractions import Fraction
from functools import reduce
from itertools import chain
from typing import NamedTuple

from kpiformula.algebra import folded, half_up
from kpiformula.diagnostics import LimitError, error
from kpiformula.nodes import Binary, Call, Name, Negative, Node, Number, text
from kpiformula.statement import MAX_POWER

_Polynomial = dict[int, int]
"""Whole coefficients by monomial. A monomial is one number, so that to multiply two is to add:
its last digit to the base 2^16 is its degree, those before are the exponents of the unknowns."""

_MAX_SUM = 50_000
_MAX_WORK = 1_000_000
"""Products of two terms made to multiply out one sum, and all sums of two formulas."""

_MAX_COMPARISONS = 1_000
"""Operands of functions compared to see whether they are equal though written otherwise."""

_MAX_BITS = 100_000
"""Binary digits of a number before a product."""

_DIGIT = 16
_MASK = (1 << _DIGIT) - 1

_Powers = tuple[tuple[int, int], ...]


class _Product(NamedTuple):
    """A number times powers of factors; a factor is its place in a list of polynomials."""

    number: Fraction
    powers: _Powers = ()

    def times(self, number: int | Fraction) -> _Product:
        return _Product(self.number * number, self.powers) if number else _ZERO


_Addends = list[_Product]

_ZERO, _ONE = _Product(Fraction(0)), _Product(Fraction(1))


def exponent_of(node: Node) -> int:
    """Return a power.

    Raises:
        LimitError: KF906 unless it is a whole number up to :data:`MAX_POWER`.
    """
    if isinstance(node, Number) and node.value in range(MAX_POWER + 1):
        return int(node.value)
    message = f"a power must be a whole number from 0 to {MAX_POWER}: {text(node)}"
    raise LimitError(error("KF906", message, node.span))


class Forms:
    """Formulas as products, by whose factors they are compared.

    The unknowns of their polynomials are names; functions, by their operands; and sums too long
    to be multiplied out, by their addends. Roots and absolute values are the square roots of
    something, by which their squares are replaced.
    """

    def __init__(self) -> None:
        self._factors: list[_Polynomial] = []
        self._places: dict[frozenset[tuple[int, int]], int] = {}
        self._unknowns: dict[Hashable, _Product] = {}
        self._squares: dict[int, _Product] = {}
        self._sums: dict[frozenset[_Product], _Product] = {}
        self._operands: dict[Hashable, list[_Product]] = defaultdict(list)
        self._compared: dict[Node, list[_Product]] = {}
        self._comparisons = _MAX_COMPARISONS
        self._work = _MAX_WORK

    def equal(self, left: Node, right: Node) -> bool | None:
        """Return whether two nodes are equal; ``None`` where that is not known.

        Raises:
            ZeroDivisionError: if one of them is defined nowhere.
            OverflowError: if it has numbers that are too long.
        """
        if self._sum([self._form(left), self._form(right).times(-1)]) == _ZERO:
            return True
        return False if all(isinstance(key, Name) for key in self._unknowns) else None

    def _form(self, node: Node) -> _Product:
        addends: _Addends = folded(node, self._step)
        return self._sum(addends)

    def _step(self, node: Node, below: list[_Addends]) -> _Addends:
        """Return the addends of a node from those of the nodes below."""
        match node:
            case Number(value):
                return [_Product(value)]
            case Name():
                return [self._unknown(node)]
            case Binary("+") | Call("sum"):
                return list(chain.from_iterable(below))
            case Binary("-"):
                return below[0] + [addend.times(-1) for addend in below[1]]
            case Negative():
                return [addend.times(-1) for addend in below[0]]
            case Call("mean"):
                return [addend.times(Fraction(1, len(below))) for addend in chain(*below)]
        operands = [self._sum(addends) for addends in below]
        match node:
            case Binary("*"):
                return [self._times(*operands)]
            case Binary("/"):
                return [self._times(operands[0], self._power(operands[1], -1))]
            case Binary(_, _, exponent):
                return [self._power(operands[0], exponent_of(exponent))]
            case Call():
                return [self._call(node, operands)]

    # --- products and powers

    def _times(self, *forms: _Product) -> _Product:
        number = math.prod(form.number for form in forms)
        if not number:
            return _ZERO
        if _length(number) > _MAX_BITS:
            raise OverflowError
        powers: Counter[int] = Counter()
        for form in forms:
            for place, exponent in form.powers:
                powers[place] += exponent
        squares = []
        for place in powers.keys() & self._squares.keys():
            count, powers[place] = divmod(powers[place], 2)
            if count:
                squares.append(self._power(self._squares[place], count))
        result = _Product(Fraction(number), _sorted(powers))
        return self._times(result, *squares) if squares else result

    def _power(self, form: _Product, exponent: int) -> _Product:
        if _length(form.number) * abs(exponent) > _MAX_BITS:
            raise OverflowError
        powers = tuple((place, power * exponent) for place, power in form.powers)
        return self._times(_Product(form.number**exponent, powers if exponent else ()))

    # --- sums

    def _sum(self, addends: Iterable[_Product]) -> _Product:
        """Return a sum as a product of the factors that all addends share and the rest."""
        numbers: defaultdict[_Powers, Fraction] = defaultdict(Fraction)
        for number, powers in addends:
            numbers[powers] += number
        terms = [_Product(number, powers) for powers, number in numbers.items() if number]
        if len(terms) < 2:
            return terms[0] if terms else _ZERO
        found = [dict(term.powers) for term in terms]
        places = set(chain(*found))
        shared = {place: min(powers.get(place, 0) for powers in found) for place in places}
        inverse = _sorted({place: -exponent for place, exponent in shared.items()})
        terms = [self._times(term, _Product(Fraction(1), inverse)) for term in terms]
        scale = min(terms, key=lambda term: term.powers).number
        rest = frozenset(term.times(1 / scale) for term in terms)
        if rest not in self._sums:
            self._sums[rest] = self._added(rest)
        return self._times(_Product(scale, _sorted(shared)), self._sums[rest])

    def _added(self, terms: frozenset[_Product]) -> _Product:
        denominator = math.lcm(*(term.number.denominator for term in terms))
        try:
            polynomial = self._multiplied_out(terms, denominator)
            return self._reduced(polynomial).times(Fraction(1, denominator))
        except OverflowError:
            return self._unknown(terms)

    def _multiplied_out(self, terms: Iterable[_Product], denominator: int) -> _Polynomial:
        """Return a sum of products without quotients, times the denominator of its numbers.

        Raises:
            OverflowError: before it does more than a sum may cost.
        """
        least = max(0, self._work - _MAX_SUM)
        total: defaultdict[int, int] = defaultdict(int)
        for number, powers in terms:
            opened = {0: int(number * denominator)}
            for place, exponent in powers:
                factor = self._factors[place]
                for _ in range(exponent):
                    self._work -= _cost(opened, factor)
                    if self._work < least or _degree(opened) + _degree(factor) > _MASK:
                        raise OverflowError
                    opened = _multiplied(opened, factor)
            for monomial, coefficient in opened.items():
                total[monomial] += coefficient
        return {monomial: coefficient for monomial, coefficient in total.items() if coefficient}

    def _reduced(self, polynomial: _Polynomial) -> _Product:
        """Return a polynomial as a product, with the squares of its unknowns replaced."""
        present = reduce(operator.or_, polynomial, 0)
        for place, square in reversed(self._squares.items()):
            (unknown,) = self._factors[place]
            shift = unknown.bit_length() - 1
            if (present >> shift) & _MASK < 2:
                continue
            parts: defaultdict[int, _Polynomial] = defaultdict(dict)
            for monomial, coefficient in polynomial.items():
                count = (monomial >> shift & _MASK) // 2
                parts[count][monomial - 2 * count * unknown] = coefficient
            return self._sum(
                self._times(self._factored(part), self._power(square, count))
                for count, part in parts.items()
            )
        return self._factored(polynomial)

    def _factored(self, polynomial: _Polynomial) -> _Product:
        """Return a polynomial as a number times a factor that is kept once for all multiples."""
        content = math.gcd(*polynomial.values())
        if not polynomial or polynomial[max(polynomial)] < 0:
            content = -content
        if polynomial.keys() <= {0}:
            return _Product(Fraction(content))
        primitive = {monomial: number // content for monomial, number in polynomial.items()}
        place = self._places.setdefault(frozenset(primitive.items()), len(self._factors))
        if place == len(self._factors):
            self._factors.append(primitive)
        return _Product(Fraction(content), ((place, 1),))

    # --- unknowns

    def _unknown(self, key: Hashable) -> _Product:
        if key not in self._unknowns:
            monomial = 1 + (1 << _DIGIT * (len(self._unknowns) + 1))
            self._unknowns[key] = self._factored({monomial: 1})
        return self._unknowns[key]

    def _called(self, function: Hashable, operand: _Product) -> _Product:
        """Return a function as an unknown: the same one where the operands are equal."""
        if (function, operand) not in self._unknowns:
            known = self._operands[function]
            for other in known[: self._comparisons]:
                self._comparisons -= 1
                if self._sum([other, operand.times(-1)]) == _ZERO:
                    return self._unknown((function, other))
            known.append(operand)
        return self._unknown((function, operand))

    def _call(self, node: Call, operands: list[_Product]) -> _Product:
        match node.function:
            case "sqrt":
                return self._root(operands[0])
            case "abs":
                return self._modulus(operands[0])
            case "max":
                return self._greatest(node, operands)
            case "min":
                return self._greatest(node, [o.times(-1) for o in operands]).times(-1)
        value, *decimals = operands
        if not value.powers:
            return _Product(half_up(value.number, *(places.number for places in decimals)))
        sign = 1 if value.number > 0 else -1
        return self._called(("round", *decimals), value.times(sign)).times(sign)

    def _modulus(self, form: _Product) -> _Product:
        moduli = []
        for place, exponent in form.powers:
            factor = _Product(Fraction(1), ((place, 1),))
            if exponent % 2 and place not in self._squares:
                modulus = self._unknown(("abs", factor))
                self._squares[modulus.powers[0][0]] = self._power(factor, 2)
                factor = modulus
            moduli.append(self._power(factor, exponent))
        return self._times(_Product(abs(form.number)), *moduli)

    def _root(self, form: _Product) -> _Product:
        """Return a root: the modulus of what is squared below it, and the root of the rest."""
        above, below = form.number.as_integer_ratio()
        inside, outside = above * below, Fraction(1, below)
        for divisor in (math.isqrt(abs(inside)), *range(99, 1, -1)):
            while divisor > 1 and inside and inside % divisor**2 == 0:
                inside, outside = inside // divisor**2, outside * divisor
        rest = _Product(Fraction(inside), tuple((p, 1) for p, e in form.powers if e % 2))
        halves = _Product(outside, tuple((p, e // 2) for p, e in form.powers if e // 2))
        if inside < 0 and not rest.powers:
            raise ZeroDivisionError("defined nowhere: the root of a negative number")
        if inside == 0 or rest == _ONE:
            return self._modulus(halves.times(inside))
        root = self._called("sqrt", rest)
        self._squares.setdefault(root.powers[0][0], rest)
        return self._times(self._modulus(halves), root)

    def _greatest(self, node: Call, operands: list[_Product]) -> _Product:
        """Return the greatest of all operands, also of those of the same function among them."""
        found: dict[_Product, None] = {}
        for argument, operand in zip(node.arguments, operands, strict=True):
            same = isinstance(argument, Call) and argument.function == node.function
            found |= dict.fromkeys(self._compared[argument] if same else [operand])
        numbers = [operand for operand in found if not operand.powers]
        compared = [operand for operand in found if operand.powers] + sorted(numbers)[-1:]
        self._compared[node] = compared
        match compared:
            case [only]:
                return only
            case [one, other]:
                half = Fraction(1, 2)
                distance = self._modulus(self._sum([one, other.times(-1)])).times(half)
                return self._sum([one.times(half), other.times(half), distance])
            case _:
                return self._unknown(("max", frozenset(compared)))


def _length(number: Fraction | int) -> int:
    return max(abs(number.numerator), number.denominator).bit_length()


def _sorted(powers: Mapping[int, int]) -> _Powers:
    return tuple(sorted((place, exponent) for place, exponent in powers.items() if exponent))


def _degree(polynomial: _Polynomial) -> int:
    return max(monomial & _MASK for monomial in polynomial)


def _cost(one: _Polynomial, other: _Polynomial) -> int:
    """Return how long two polynomials take to multiply: terms, more where they are long."""
    longest = (max(map(abs, chain(p, p.values()))).bit_length() for p in (one, other))
    return len(one) * len(other) * (1 + sum(longest) // 512)


def _multiplied(one: _Polynomial, other: _Polynomial) -> _Polynomial:
    result: defaultdict[int, int] = defaultdict(int)
    for a, coefficient in one.items():
        for b, factor in other.items():
            result[a + b] += coefficient * factor
    return result
