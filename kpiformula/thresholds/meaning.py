"""Syntax trees to thresholds: operator, number, unit, and whether the number itself belongs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Literal

from kpiformula.grammar import Branch, Mark
from kpiformula.thresholds.figures import Figure, NoFigure, figure, quartiles
from kpiformula.thresholds.marking import MarkedText
from kpiformula.thresholds.parts import (
    FIGURES,
    MEASURES,
    TIME,
    Claim,
    Inclusive,
    Meaning,
    NotMeant,
    Operator,
    Parts,
    Subject,
    Threshold,
    head_of,
    leaves,
    own_unit,
    subject_of,
    threshold,
)


class BeginsLater(Exception):
    """What a run of marks states does not begin with its first mark."""


def stated(tree: Branch, text: MarkedText) -> tuple[Threshold, ...] | None:
    """Return what a tree of rule ``threshold`` states; ``None`` where it cannot be meant so.

    Raises:
        BeginsLater: where no shorter run from the same mark states anything either.
    """
    (branch,) = tree.children
    assert isinstance(branch, Branch)
    try:
        claims, kept = _RULES[branch.rule](Parts(branch, text))
    except (NotMeant, NoFigure):
        return None
    return tuple(threshold(claim, kept, text) for claim in claims)


# --- bounds ------------------------------------------------------------------------------------

_BOUNDS: Mapping[str, Operator] = {
    "LEAST": ">=", "NOT_LOWER": ">=", "OR_MORE": ">=", "OR_HIGHER": ">=", "PLUS": ">=",
    "REACHED": ">=", "SINCE": ">=", "FROM": ">=", "WITH": ">=",
    "MORE": ">", "HIGHER": ">",
    "MOST": "<=", "NOT_HIGHER": "<=", "OR_LESS": "<=", "OR_LOWER": "<=",
    "LESS": "<", "LOWER": "<", "UNREACHED": "<", "UP_TO": "<",
    "EQUAL": "=",
}  # fmt: skip
_SIGNS: Mapping[str, Operator] = {
    "≥": ">=", ">=": ">=", "≤": "<=", "<=": "<=", ">": ">", "<": "<",
}  # fmt: skip
_UNSAID = frozenset({"SINCE", "FROM", "WITH", "UP_TO"})
_BETTER_IS_SMALLER = frozenset({"rank", "quartile"})
_MIRRORED: Mapping[Operator, Operator] = {">=": "<=", "<=": ">=", ">": "<", "<": ">"}
_NEGATED: Mapping[Operator, Operator] = {">=": "<", "<=": ">", ">": "<=", "<": ">="}
_DENIALS = frozenset({"LIMIT_NOT", "LIMIT_DENIED", "LIMIT_NONE"})
_PARTICIPLES = ("тын", "тін", "ған", "ген", "қан", "кен")
_SOURCES = frozenset(
    {"organisation", "university", "country", "course", "programme", "project", "publication"}
)
"""What things and people come from: 'from three countries' bounds nothing."""


def _bound_name(kind: str) -> str:
    return kind.removeprefix("LIMIT_").removesuffix("_BEHIND")


def _bounds(parts: Parts) -> list[str]:
    return [n for m in parts.marks if (n := _bound_name(m.kind)) in _BOUNDS]


def _operator(bound: str, unit: str | None) -> Operator:
    """Return the operator of a bound: a rank that is not lower than 700 is at most 700."""
    operator = _BOUNDS[bound]
    height = bound.endswith(("LOWER", "HIGHER"))
    return _MIRRORED[operator] if height and unit in _BETTER_IS_SMALLER else operator


def _inclusive(bound: str) -> Inclusive:
    return "unsaid" if bound in _UNSAID else "said"


def _limit(parts: Parts) -> Meaning:
    scale, value = _scale_and_value(parts)
    behind = parts.unit_behind()
    if value.unit and behind and "WORD" not in parts.kinds and not parts.named("remark"):
        raise NotMeant
    if behind not in {None, *MEASURES} and _describes_what_follows(parts):
        raise NotMeant
    subject = subject_of(parts, value.unit or behind)
    quantity = subject.quantity or tuple(m for b in parts.named("thing") for m in leaves(b))
    if parts.named("thing") and value.unit:
        raise NotMeant
    operator, inclusive = _comparison(parts, value, subject.unit)
    if "SIGN" not in parts.kinds:
        _refuse_no_bound(parts, value, subject)
    claim = Claim(operator, inclusive, value.value, subject.unit, quantity, scale)
    return [claim], subject.kept


def _describes_what_follows(parts: Parts) -> bool:
    """Whether a Kazakh bound behind its number describes what follows, and does not count it."""
    behind = (mark for mark in parts.marks if mark.kind.endswith("_BEHIND"))
    return any(
        _bound_name(mark.kind) in ("HIGHER", "LOWER") or mark.text.casefold().endswith(_PARTICIPLES)
        for mark in behind
    )


def _scale_and_value(parts: Parts) -> tuple[Fraction | None, Figure]:
    """Return the top of the scale, where it is named before or behind the value, and the value."""
    *before, value = parts.figures()
    scale = before[0] if before else None
    for behind in parts.named("out_of"):
        inner = parts.inner(behind)
        (scale,) = inner.figures()
        value = value.with_unit(inner.unit_behind())
    if scale is not None and ((before and scale.unit) or scale.value <= value.value):
        raise NotMeant
    return (None if scale is None else scale.value), value


def _comparison(parts: Parts, value: Figure, unit: str | None) -> tuple[Operator, Inclusive]:
    signs = [mark for mark in parts.marks if mark.kind == "SIGN"]
    if signs:
        return _SIGNS[signs[0].text], "said"
    *_, bound = _bounds(parts)
    operator = _operator(bound, unit)
    if parts.kinds & _DENIALS:
        return _denied(operator, parts), "said"
    remark = _remark(parts, value)
    return (operator, _inclusive(bound)) if remark is None else (_settled(operator, remark), "said")


def _denied(operator: Operator, parts: Parts) -> Operator:
    """Return what is left where a bound is denied; Kazakh denies twice and means it once."""
    if "LIMIT_NONE" in parts.kinds and operator in (">=", "<="):
        return operator
    return _NEGATED[operator]


def _settled(operator: Operator, remark: Literal["included", "excluded"]) -> Operator:
    strict, wide = _STRICT_AND_WIDE[operator[0]]
    return wide if remark == "included" else strict


_STRICT_AND_WIDE: Mapping[str, tuple[Operator, Operator]] = {">": (">", ">="), "<": ("<", "<=")}


def _remark(parts: Parts, value: Figure) -> Literal["included", "excluded"] | None:
    """Return what a remark says of the number itself, which it may repeat."""
    for remark in parts.named("remark"):
        (said,) = parts.inner(remark).branches
        if any(repeated.value != value.value for repeated in parts.inner(said).figures()):
            raise NotMeant
        return "included" if said.rule == "included" else "excluded"
    return None


def _refuse_no_bound(parts: Parts, value: Figure, subject: Subject) -> None:
    """Refuse dates, and words that bound only some things.

    Raises:
        NotMeant: for those.
    """
    *_, bound = _bounds(parts)
    unit = subject.unit
    if value.calendar and unit is None and bound in _UNSAID:
        raise NotMeant
    if bound == "FROM" and ((unit is None and not subject.quantity) or unit in _SOURCES):
        raise NotMeant
    if bound == "WITH" and unit != "year":
        raise NotMeant


def _pair(parts: Parts) -> Meaning:
    lower, upper = parts.figures()
    unit = upper.unit or parts.unit_behind()
    if upper.unit and parts.unit_behind():
        raise NotMeant
    subject = subject_of(parts, unit)
    operators = [_operator(bound, subject.unit) for bound in _bounds(parts)]
    denied = operators in (["<", "<="], [">", ">="])
    if denied:  # 23 жастан кіші, 45 жастан үлкен болмауы тиіс
        operators[0] = _NEGATED[operators[0]]
    if lower.unit and not (denied and lower.unit == unit):
        raise NotMeant
    if {operator[0] for operator in operators} != {"<", ">"}:
        raise NotMeant
    claims = [
        Claim(operator, "said", number.value, subject.unit, subject.quantity)
        for operator, number in zip(operators, (lower, upper), strict=True)
    ]
    return claims, subject.kept


def _range(parts: Parts) -> Meaning:
    lower, upper = parts.figures()
    behind = parts.unit_behind()
    if "PERCENT" in parts.kinds:
        lower = lower.with_unit("percent")
    if (upper.unit and behind) or lower.value >= upper.value or (lower.calendar and upper.calendar):
        raise NotMeant
    subject = subject_of(parts, upper.unit or behind or lower.unit)
    if subject.unit is None and not subject.quantity:
        raise NotMeant
    remark = parts.named("remark")
    repeated = remark and parts.inner(parts.inner(remark[0]).branches[0]).figures()
    settled = _remark(parts, upper)
    low: Inclusive = "said" if remark and not repeated else "unsaid"
    high: Inclusive = "said" if remark else "unsaid"
    claims = [
        Claim(">=", low, lower.value, lower.unit or subject.unit, subject.quantity),
        Claim(
            "<" if settled == "excluded" else "<=",
            high, upper.value, subject.unit, subject.quantity,
        ),
    ]  # fmt: skip
    return claims, subject.kept


def _each(parts: Parts) -> Meaning:
    names = parts.named("name")
    (bound,) = _bounds(parts)
    claims = [
        Claim(_operator(bound, None), "said", number.value, own_unit(name, parts),
              (next(leaves(name)),))
        for name, number in zip(names, parts.figures(), strict=True)
    ]  # fmt: skip
    return claims, parts.all


def _shares(parts: Parts) -> Meaning:
    (bound,) = _bounds(parts)
    operator = _operator(bound, "percent")
    return [Claim(operator, "said", f.value, "percent") for f in parts.figures()], parts.all


# --- places, windows, and what is met exactly --------------------------------------------------


def _ranked(parts: Parts) -> Meaning:
    (place,) = parts.figures()
    if place.unit not in (None, "level", "rank", "percent"):
        raise NotMeant
    unit = "percent" if place.unit == "percent" else "rank"
    return [Claim("<=", "said", place.value, unit)], parts.all


def _quartile(parts: Parts) -> Meaning:
    found = [q for m in parts.marks if m.kind == "QUARTILE" for q in quartiles(m.text)]
    low, high = Fraction(min(found)), Fraction(max(found))
    bounds = _bounds(parts)
    if bounds:
        return [Claim(_operator(bounds[0], "quartile"), "said", high, "quartile")], parts.all
    if low == high:
        return [Claim("=", "said", high, "quartile")], parts.all
    claims = [Claim("<=", "said", high, "quartile")]
    if low > 1:
        claims.insert(0, Claim(">=", "said", low, "quartile"))
    return claims, parts.all


def _last(parts: Parts) -> Meaning:
    (length,) = parts.figures()
    for period in parts.named("period"):
        length = length.with_unit(parts.meaning(next(leaves(period))))
    if length.unit not in TIME or length.calendar:
        raise NotMeant
    said: Inclusive = "said" if parts.named("reporting_year") else "unsaid"
    return [Claim("last", said, length.value, length.unit)], parts.all


def _first(parts: Parts) -> Meaning:
    placed = parts.kinds & {"LIMIT_EVENT", "LIMIT_AFTER", "LIMIT_INSIDE"}
    for length in parts.figures():
        if length.unit == "rank" and not placed:
            return [Claim("<=", "said", length.value, "rank")], parts.all
        if length.unit not in TIME:
            raise NotMeant
        return [Claim("first", "unsaid", length.value, length.unit)], parts.all
    ((period,),) = (b.children for b in parts.named("period"))
    assert isinstance(period, Mark)
    spoken = any(mark.kind == "LIMIT_FIRST" and " " in mark.text for mark in parts.marks)
    kazakh = parts.text.entries[period.start].language == "kk"
    if parts.meaning(period) not in TIME or not (placed or spoken or kazakh):
        raise NotMeant
    return [Claim("first", "unsaid", Fraction(1), parts.meaning(period))], parts.all


def _exactly(parts: Parts) -> Meaning:
    head = head_of(parts)
    (number,) = parts.figures()
    if head is None or not head.named or number.calendar:
        raise NotMeant
    return [Claim("=", "said", number.value, head.unit, head.quantity)], parts.all


def _study(parts: Parts) -> Meaning:
    year = Fraction(1)
    if "ORDINAL" in parts.kinds:
        year = Fraction(next(parts.meaning(m) for m in parts.marks if m.kind == "ORDINAL"))
    elif "LIMIT_FIRST" not in parts.kinds:
        number = figure(parts.marks, parts.text.entries, english=False)
        year = number.value
        if "YEAR" in parts.kinds and not number.ordinal:
            raise NotMeant
    if year.denominator != 1 or not 1 <= year <= 9:
        raise NotMeant
    return [Claim("=", "said", year, "study_year")], parts.all


def _whole(parts: Parts) -> Meaning:
    (share,) = parts.named(*FIGURES)
    number = parts.figure(share)
    if number.unit != "percent" or number.value != 100:
        raise NotMeant
    return [Claim("=", "said", number.value, "percent")], tuple(leaves(share))


def _first_time(parts: Parts) -> Meaning:
    return [Claim("=", "said", Fraction(1), "times")], parts.all


def _aside(parts: Parts) -> Meaning:
    """Return nothing, where a number is to be reached, or dates something.

    An age or a length of time is no figure to be reached, whatever stands around it; nor is the
    level of a named scale.
    """
    for number in parts.figures():
        names_a_level = parts.named("head") and number.unit == "level"
        dates_something = number.calendar and "LIMIT_IN" in parts.kinds
        if names_a_level or dates_something:
            raise NotMeant
        if number.age or ("LIMIT_CHANGE" in parts.kinds and number.unit in TIME):
            raise BeginsLater
    return [], parts.all


_RULES: Mapping[str, Callable[[Parts], Meaning]] = {
    "limit": _limit,
    "pair": _pair,
    "range": _range,
    "each": _each,
    "shares": _shares,
    "ranked": _ranked,
    "quartile": _quartile,
    "last": _last,
    "first": _first,
    "stated": _exactly,
    "study": _study,
    "whole": _whole,
    "first_time": _first_time,
    "aside": _aside,
}
