"""What a report calls things: verdicts with their marks and meanings, units, chances."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from kpiformula.intervals import Mode, value_text
from kpiformula.report.markup import Markup, element
from kpiformula.verification import TargetEffect, Verdict, Verification

MEANINGS: Mapping[Verdict, str] = {
    Verdict.EXACT: "the figure is the exact value",
    Verdict.ROUNDED: "the exact value rounds to the figure",
    Verdict.TIE_RULE: "the exact value lies midway: right under some rules of rounding only",
    Verdict.TRUNCATED: "right only if digits were cut off instead of rounded",
    Verdict.MISMATCH: "the counts give another figure",
    Verdict.INFEASIBLE: "no whole count gives the figure",
    Verdict.UNTESTABLE: "any figure would pass: nothing is shown by this one",
    Verdict.UNDEFINED: "a denominator is zero",
    Verdict.NOT_EVALUATED: "a count or the figure is missing",
}

REFUSED = "refused"
"""What a row is called that cannot be verified at all."""

STANDINGS: Mapping[bool | None, tuple[str, str]] = {
    True: ("agrees", "✓"),
    False: ("differs", "✗"),
    None: ("open", "?"),
}
"""The class and the mark of a row that agrees, differs, or leaves it open."""

ROUNDINGS: Mapping[Mode, str] = {
    "nearest": "to the nearest, any rule for ties",
    "half_up": "to the nearest, ties away from zero",
    "half_down": "to the nearest, ties towards zero",
    "half_even": "to the nearest, ties to the even digit",
    "truncate": "cut off",
    "ceiling": "up",
    "floor": "down",
}

EFFECTS: Mapping[TargetEffect | None, str] = {
    None: "–",
    TargetEffect.NONE: "none",
    TargetEffect.MET_TO_NOT_MET: "met as reported, not met as computed",
    TargetEffect.NOT_MET_TO_MET: "not met as reported, met as computed",
    TargetEffect.UNDECIDED: "cannot be decided",
}

_SIGNS = {"percent": "%", "percentage_point": "percentage points"}


def verdict_word(verdict: str) -> str:
    """Return a verdict as people write it: ``tie rule``."""
    return verdict.replace("_", " ")


def badge(word: str, standing: str, mark: str) -> Markup:
    """Return a verdict with its mark; the word alone says it, mark and colour repeat it."""
    shown = element("span", mark, class_="mark", aria_hidden="true")
    return element("span", shown, " ", verdict_word(word), class_=f"verdict {standing}")


def verdict_badge(verification: Verification) -> Markup:
    """Return the verdict of a verification with its mark."""
    return badge(verification.verdict, *STANDINGS[verification.agrees])


def unit_text(unit: str | None) -> str:
    """Return a unit as people write it: ``%``, ``thousand tenge``."""
    return _SIGNS.get(unit or "", (unit or "").replace("_", " "))


def chance_text(chance: Fraction) -> str:
    """Return how likely a cause fits a figure that is wrong for another reason."""
    if chance >= 1:
        return "fits any figure"
    odds = round(1 / chance) if chance else None
    return f"fits by chance in about 1 of {odds} cases" if odds else "does not fit by chance"


def distance_text(verification: Verification) -> str | None:
    """Return how far a wrong figure is off: ``reported too high by 43/21 ≈ 2.0476``."""
    difference = verification.difference
    if not difference or verification.agrees is not False:
        return None
    return f"reported too {'high' if difference > 0 else 'low'} by {value_text(abs(difference))}"
