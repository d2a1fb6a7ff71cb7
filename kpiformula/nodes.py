"""Syntax nodes: a formula in its printed order, each node with its place in the printed text.

Numerator, denominator and factor are read off these nodes, because algebra reorders and cancels
what was printed (DESIGN §5.3). Nodes compare by meaning: their spans do not take part.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Literal

from kpiformula.diagnostics import Span

Operator = Literal["+", "-", "*", "/", "^"]


@dataclass(frozen=True, slots=True)
class Number:
    """An exact number; ``percent`` says that a percent sign stood behind it.

    ``value`` is what takes part in the calculation: ``70 %`` as a weight is 7/10, while ``100 %``
    behind a quotient is 100, because values are stated in the printed unit (DESIGN §5.6).
    """

    value: Fraction
    span: Span = field(default=Span(0, 0), compare=False)
    percent: bool = False


@dataclass(frozen=True, slots=True)
class Name:
    """A symbol, by its name."""

    name: str
    span: Span = field(default=Span(0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class Binary:
    """Two operands and the operator between them."""

    operator: Operator
    left: Node
    right: Node
    span: Span = field(default=Span(0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class Negative:
    """A leading minus."""

    operand: Node
    span: Span = field(default=Span(0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class Call:
    """A function written as a word or sign: one of :data:`FUNCTIONS`."""

    function: str
    arguments: tuple[Node, ...]
    span: Span = field(default=Span(0, 0), compare=False)


Node = Number | Name | Binary | Negative | Call

FUNCTIONS = ("sqrt", "min", "max", "mean", "abs", "round", "sum")
"""What a :class:`Call` may be; ``round`` takes a value and, as a literal, its decimals."""

_PRECEDENCE = {"+": 1, "-": 1, "*": 2, "/": 2, "^": 4}
_UNARY = 3


def children(node: Node) -> tuple[Node, ...]:
    """Return the nodes directly below."""
    match node:
        case Binary(left=left, right=right):
            return (left, right)
        case Negative(operand=operand):
            return (operand,)
        case Call(arguments=arguments):
            return arguments
        case _:
            return ()


def walk(node: Node) -> Iterator[Node]:
    """Yield a node and all below it, in printed order (a parent before its children)."""
    pending = [node]
    while pending:
        node = pending.pop()
        yield node
        pending.extend(reversed(children(node)))


def names(node: Node) -> tuple[str, ...]:
    """Return the names used, in printed order, each once."""
    return tuple(dict.fromkeys(n.name for n in walk(node) if isinstance(n, Name)))


VULGAR = {
    "½": (1, 2), "⅓": (1, 3), "⅔": (2, 3), "¼": (1, 4), "¾": (3, 4), "⅕": (1, 5), "⅖": (2, 5),
    "⅗": (3, 5), "⅘": (4, 5), "⅙": (1, 6), "⅚": (5, 6), "⅐": (1, 7), "⅛": (1, 8), "⅜": (3, 8),
    "⅝": (5, 8), "⅞": (7, 8), "⅑": (1, 9), "⅒": (1, 10),
}  # fmt: skip
"""Fractions that are one printed character: numerator and denominator."""
_VULGAR_OF = {Fraction(*parts): char for char, parts in VULGAR.items()}


def number_text(value: Fraction) -> str:
    """Return an exact number as it is written in canonical text: ``0.7``, ``1000``, ``4⅓``."""
    if value.denominator == 1:
        return str(value.numerator)
    rest, places = value.denominator, 0
    while rest % 10 == 0 or rest % 2 == 0 or rest % 5 == 0:
        divisor = next(d for d in (10, 5, 2) if rest % d == 0)
        rest //= divisor
        places += 1
    if rest != 1:
        whole, part = divmod(value, 1)
        shown = _VULGAR_OF.get(part)
        if shown is None or value < 0:
            return f"{value.numerator}/{value.denominator}"
        return f"{whole or ''}{shown}"
    digits = str(abs(value.numerator) * 10**places // value.denominator).rjust(places + 1, "0")
    sign = "-" if value < 0 else ""
    return f"{sign}{digits[:-places]}.{digits[-places:]}"


def text(node: Node) -> str:
    """Return a node in canonical one-line form; parsing it gives the same meaning."""
    return _text(node, 0, leading=True)


def _text(node: Node, outer: int, *, leading: bool = False) -> str:
    match node:
        case Number(value=value, percent=percent):
            if percent and value != 100:
                return f"{number_text(value * 100)}%"
            shown = number_text(value)
            return f"({shown})" if "/" in shown or value < 0 else shown
        case Name(name=name):
            return name
        case Negative(operand=operand):
            shown = f"-{_text(operand, _UNARY + 1)}"
            return f"({shown})" if outer > (_UNARY if leading else 0) else shown
        case Call(function=function, arguments=arguments):
            return f"{function}({'; '.join(map(text, arguments))})"
        case Binary(operator=operator, left=left, right=right):
            level = _PRECEDENCE[operator]
            beyond = level + 1
            leading = leading or level < outer
            first = _text(left, beyond if operator == "^" else level, leading=leading)
            second = _text(right, beyond)
            space = "" if operator == "^" else " "
            shown = f"{first}{space}{operator}{space}{second}"
            return f"({shown})" if level < outer else shown


def substitute(node: Node, definitions: Mapping[str, Node]) -> Node:
    """Return the node with each defined name replaced by its definition (already substituted)."""
    match node:
        case Name(name=name):
            return definitions.get(name, node)
        case Binary(operator, left, right, span):
            return Binary(
                operator, substitute(left, definitions), substitute(right, definitions), span
            )
        case Negative(operand, span):
            return Negative(substitute(operand, definitions), span)
        case Call(function, arguments, span):
            return Call(function, tuple(substitute(a, definitions) for a in arguments), span)
        case _:
            return node


def constant(node: Node) -> Fraction | None:
    """Return the value of a node made of numbers only.

    ``None`` where it has none, holds a function, or has powers of powers beyond any use.
    """
    match node:
        case Number(value=value):
            return value
        case Negative(operand=operand):
            inner = constant(operand)
            return None if inner is None else -inner
        case Binary(operator=operator, left=left, right=right):
            first, second = constant(left), constant(right)
            if first is None or second is None or (operator == "/" and second == 0):
                return None
            if operator == "^" and _digits(first) * second > _MAX_CONSTANT_BITS:
                return None
            return _APPLY[operator](first, second)
        case _:
            return None


def _digits(value: Fraction) -> int:
    return max(value.numerator.bit_length(), value.denominator.bit_length())


_MAX_CONSTANT_BITS = 20_000

_APPLY: dict[str, Callable[[Fraction, Fraction], Fraction]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "^": lambda a, b: a**b.numerator,
}


def quotient(
    node: Node, coefficients: frozenset[str] = frozenset()
) -> tuple[Node, Node, Fraction] | None:
    """Return numerator, denominator and factor as printed; ``None`` where nothing is divided.

    The factor is the product of the constants multiplied with the quotient; ``coefficients`` are
    names that belong to neither side.
    """
    above, below = _factors(node)
    if not below:
        return None
    factor = Fraction(1)
    counted: list[Node] = []
    for part in above:
        if isinstance(part, Number):
            factor *= part.value
        elif not (isinstance(part, Name) and part.name in coefficients):
            counted.append(part)
    divided = [part for part in below if not isinstance(part, Number) or part.value == 0]
    for part in below:
        if isinstance(part, Number) and part.value != 0 and divided:
            factor /= part.value
    return _product(counted), _product(divided or below), factor


def _factors(node: Node) -> tuple[list[Node], list[Node]]:
    if isinstance(node, Binary) and node.operator in "*/":
        above, below = _factors(node.left)
        if node.operator == "/":
            return above, [*below, node.right]
        more_above, more_below = _factors(node.right)
        return above + more_above, below + more_below
    return [node], []


def _product(parts: list[Node]) -> Node:
    product: Node = Number(Fraction(1))
    for index, part in enumerate(parts):
        product = Binary("*", product, part) if index else part
    return product


def flat(node: Node) -> tuple[tuple[object, ...], ...]:
    """Return the node's parts, operands before what joins them: a form without depth, to pickle."""
    parts: list[tuple[object, ...]] = []
    pending = [node]
    while pending:
        part = pending.pop()
        match part:
            case Number(value, span, percent):
                parts.append((Number, 0, value, span, percent))
            case Name(name, span):
                parts.append((Name, 0, name, span))
            case Binary(operator, _, _, span):
                parts.append((Binary, 2, operator, span))
            case Negative(_, span):
                parts.append((Negative, 1, span))
            case Call(function, arguments, span):
                parts.append((Call, len(arguments), function, span))
        pending.extend(children(part))
    return tuple(reversed(parts))


def nested(parts: Iterable[tuple[Any, ...]]) -> Node:
    """Return the node whose parts :func:`flat` gave."""
    built: list[Node] = []
    for kind, count, *rest in parts:
        below = tuple(built[len(built) - count :])
        del built[len(built) - count :]
        if kind is Binary:
            operator, span = rest
            built.append(Binary(operator, below[0], below[1], span))
        elif kind is Negative:
            built.append(Negative(below[0], *rest))
        elif kind is Call:
            function, span = rest
            built.append(Call(function, below, span))
        else:
            built.append(kind(*rest))
    return built[0]
