"""Conditions told in English, and written in LaTeX."""

from __future__ import annotations

from collections.abc import Iterable

from kpiformula.criteria.dictionary import Population
from kpiformula.criteria.syntax import (
    All,
    Any,
    Comparison,
    Condition,
    Covers,
    During,
    Flag,
    Known,
    Not,
    OneOf,
    Operator,
    Reference,
    Value,
    Window,
    Word,
)

_IS: dict[Operator, str] = {
    "=": "is", "!=": "is not", "<": "is below", "<=": "is at most", ">": "is more than",
    ">=": "is at least",
}  # fmt: skip


def english(condition: Condition, population: Population) -> str:
    """Return a condition in English, with the English names of the data dictionary."""
    return _English(population).told(condition)


class _English:
    def __init__(self, population: Population) -> None:
        self._population = population

    def told(self, condition: Condition) -> str:
        match condition:
            case Not(Known(name)):
                return f"{self._name(name)} is not given"
            case Not(OneOf(name, values)):
                return f"{self._name(name)} is none of {self._values(name, values)}"
            case Not(All() | Any() as inner):
                return f"not ({self.told(inner)})"
            case Not(inner):
                return f"not {self.told(inner)}"
            case All(conditions):
                return " and ".join(
                    f"({self.told(c)})" if isinstance(c, Any) else self.told(c) for c in conditions
                )
            case Any(conditions):
                return " or ".join(map(self.told, conditions))
            case Flag(name):
                return self._name(name)
            case Known(name):
                return f"{self._name(name)} is given"
            case Reference(code):
                return f"the criteria of {code} are met"
            case Comparison(name, operator, value):
                return f"{self._name(name)} {_IS[operator]} {self._value(name, value)}"
            case OneOf(name, values):
                return f"{self._name(name)} is {self._values(name, values)}"
            case Window(name, None):
                return f"{self._name(name)} lies in the reporting year"
            case Window(name, years, True):
                return f"{self._name(name)} lies in the {years} before the reporting year"
            case Window(name, years):
                return f"{self._name(name)} lies in the {years} up to the reporting year, included"
            case Covers(name, moment):
                return f"{self._name(name)} covers {str(moment).replace('_', ' ')}"
            case During(name):
                return f"{self._name(name)} touches the reporting year"
        raise AssertionError(condition)

    def _name(self, name: str) -> str:
        known = self._population.definitions.get(name) or self._population.fields.get(name)
        return name if known is None else known.name.get("en", name)

    def _values(self, name: str, values: Iterable[Value]) -> str:
        return " or ".join(self._value(name, value) for value in values)

    def _value(self, name: str, value: Value) -> str:
        of = self._population.fields.get(name)
        if of is not None and isinstance(value, Word) and value.name in of.values:
            return of.values[value.name].get("en", value.name)
        return str(value).replace("_", " ")


# --- LaTeX ---------------------------------------------------------------------------------------

_SIGNS: dict[Operator, str] = {
    "=": "=", "!=": r"\ne", "<": "<", "<=": r"\le", ">": ">", ">=": r"\ge",
}  # fmt: skip


def latex(condition: Condition) -> str:
    """Return a condition in LaTeX."""
    match condition:
        case Not(Known(name)):
            return rf"{_upright(name)} = \varnothing"
        case Not(OneOf(name, values)):
            return rf"{_upright(name)} \notin {_set(values)}"
        case Not(All() | Any() as inner):
            return rf"\lnot \left({latex(inner)}\right)"
        case Not(inner):
            return rf"\lnot {latex(inner)}"
        case All(conditions):
            return r" \land ".join(
                rf"\left({latex(c)}\right)" if isinstance(c, Any) else latex(c) for c in conditions
            )
        case Any(conditions):
            return r" \lor ".join(map(latex, conditions))
        case Known(name):
            return rf"{_upright(name)} \ne \varnothing"
        case Comparison(name, operator, value):
            return rf"{_upright(name)} {_SIGNS[operator]} {_upright(str(value))}"
        case OneOf(name, values):
            return rf"{_upright(name)} \in {_set(values)}"
    return _upright(str(condition))


def _set(values: Iterable[Value]) -> str:
    return rf"\left\{{{', '.join(_upright(str(value)) for value in values)}\right\}}"


def _upright(text: str) -> str:
    for char in r"\{}_^%&#$~":
        text = text.replace(char, rf"\{char}" if char not in "\\^~" else " ")
    return rf"\text{{{text}}}"
