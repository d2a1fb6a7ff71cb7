"""A calculation cell as read: a formula, its symbols with roles and definitions, exact nodes.

Everything here is frozen, pickles, and compares by meaning.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from kpiformula.diagnostics import Diagnostic, Span
from kpiformula.mapping import Table
from kpiformula.nodes import Name, Node, Number, flat, nested, quotient, text

if TYPE_CHECKING:
    import sympy

Role = Literal["result", "numerator", "denominator", "coefficient", "operand", "unused"]


@dataclass(frozen=True, slots=True)
class Symbol:
    """A letter, abbreviation or wording of a formula.

    ``printed`` is the text as it stands, ``definition`` what the legend says (for an operand in
    words: the words), ``span`` its first place in the printed text.
    """

    name: str
    printed: str = field(compare=False)
    definition: str | None
    role: Role
    unit: str | None = None
    span: Span = field(default=Span(0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class Condition:
    """A bound on a count, such as *fewer than 3000*; the operators are < <= > >=."""

    operator: str
    value: Fraction
    of: str = field(compare=False)

    def __str__(self) -> str:
        return f"{self.operator} {text(Number(self.value))}"


@dataclass(frozen=True, slots=True)
class CoefficientCase:
    """One value of a coefficient: its printed label, the category named there, a condition."""

    label: str
    value: Fraction
    category: str | None
    condition: Condition | None = None


@dataclass(frozen=True, slots=True)
class Coefficient:
    """A symbol whose value is chosen by the category of institution."""

    name: str
    definition: str | None
    cases: tuple[CoefficientCase, ...]


@dataclass(frozen=True, slots=True)
class Example:
    """A worked example: a calculation with its exact value, or counts told with words."""

    printed: str
    node: Node | None
    value: Fraction | None
    counts: tuple[tuple[Fraction, str], ...]
    span: Span = field(default=Span(0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class Unread:
    """Text that carries meaning and was not read."""

    printed: str
    span: Span = field(default=Span(0, 0), compare=False)


@dataclass(frozen=True, repr=False)
class Formula:
    """A formula as printed and as read.

    ``node`` is the right-hand side in printed order with definitions substituted;
    ``definitions`` keeps them. ``formulas`` holds every formula of the cell in printed order;
    this one is the principal: the first whose result no other uses. Two formulas are equal when
    result, nodes and coefficients are; :meth:`equivalent` proves equality by algebra.
    """

    printed: str = field(compare=False)
    node: Node
    result: Symbol | None
    symbols: Mapping[str, Symbol] = field(compare=False)
    coefficients: Mapping[str, Coefficient] = field(default_factory=Table)
    definitions: Mapping[str, Node] = field(default_factory=Table, compare=False)
    examples: tuple[Example, ...] = field(default=(), compare=False)
    unread: tuple[Unread, ...] = field(default=(), compare=False)
    diagnostics: tuple[Diagnostic, ...] = field(default=(), compare=False)
    language: str = field(default="", compare=False)
    others: tuple[Formula, ...] = field(default=(), compare=False, repr=False)
    position: int = field(default=0, compare=False, repr=False)

    def __repr__(self) -> str:
        return (
            f"Formula(node={text(self.node)!r}, result={self.result!r}, language={self.language!r})"
        )

    def __getstate__(self) -> dict[str, object]:
        state = {name: value for name, value in self.__dict__.items() if name != "_quotient"}
        return state | {"node": flat(self.node)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state, node=nested(state["node"]))

    def __str__(self) -> str:
        right = text(self.node)
        return f"{self.result.name} = {right}" if self.result is not None else right

    @property
    def formulas(self) -> tuple[Formula, ...]:
        """All formulas of the cell, in printed order."""
        return (*self.others[: self.position], self, *self.others[self.position :])

    @cached_property
    def _quotient(self) -> tuple[Node, Node, Fraction] | None:
        return quotient(self.node, frozenset(self.coefficients))

    @property
    def numerator(self) -> Node | None:
        """What is divided, without factor and coefficients; ``None`` where nothing is."""
        return self._quotient[0] if self._quotient else None

    @property
    def denominator(self) -> Node | None:
        """What it is divided by; ``None`` where the formula is no quotient."""
        return self._quotient[1] if self._quotient else None

    @property
    def factor(self) -> Fraction | None:
        """The product of the constants multiplied with the quotient: 1, 100, …"""
        return self._quotient[2] if self._quotient else None

    @property
    def expr(self) -> sympy.Expr:
        """The right-hand side as an exact SymPy expression.

        Raises:
            LimitError: KF906 where SymPy would not end: for powers of powers of a number, long
                or many roots of numbers, and roundings deep in one another.
        """
        from kpiformula.algebra.expressions import expression

        return expression(self.node)

    def equivalent(self, other: Formula) -> bool:
        """Return whether both give the same value wherever both are defined.

        Both answers are exact: ``True`` is proved by algebra, ``False`` by counts for which the
        values differ, or by algebra. A formula that is defined nowhere is equal to none.

        Raises:
            LimitError: KF906 where neither was possible in bounded time.
        """
        from kpiformula.algebra.equality import equivalent

        return equivalent(self.node, other.node)

    def latex(self) -> str:
        """Return the formula in LaTeX, in the printed order."""
        from kpiformula.latex import latex

        left = f"{latex(Name(self.result.name))} = " if self.result is not None else ""
        return left + latex(self.node)

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.latex()}$"

    def _repr_html_(self) -> str:
        from kpiformula.notebook import html

        return html(self)
