"""What a likely mistake is: its kind, the proof that it gives the figure, and its chance."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction


class Kind(StrEnum):
    """The mistakes that are tried; a cause is offered only where it gives the figure."""

    FACTOR_MISSING = "factor missing"
    FACTOR_DOUBLED = "factor doubled"
    SWAPPED = "numerator and denominator swapped"
    COEFFICIENT_FORGOTTEN = "coefficient forgotten"
    COEFFICIENT_APPLIED = "coefficient applied though not printed"
    OTHER_CATEGORY = "coefficient of another category"
    COMPLEMENT = "complement reported"
    POINTS_FOR_PERCENT = "percentage points for per cent"
    TRUNCATED = "cut off instead of rounded"
    ROUNDED_EARLY = "rounded before multiplying"
    FLOAT_ARTEFACT = "float artefact of a spreadsheet"
    PLANNED = "planned figure reported"
    OTHER_FIGURE = "another row's figure"
    OTHER_YEAR = "count of another year"
    OTHER_ROW = "count of another row"
    OTHER_INPUT = "another count of the same meaning"
    EXCLUSIONS = "exclusions not removed"
    MARK_SLIPPED = "decimal mark slipped"
    SCALE_SLIPPED = "thousands or millions slipped"
    FIGURE_TRANSPOSED = "digits of the figure transposed"
    FIGURE_DIGIT = "one digit of the figure wrong"
    COUNT_TRANSPOSED = "digits of a count transposed"
    COUNT_DIGIT = "one digit of a count wrong"


ONE_DIGIT = frozenset(
    {Kind.FIGURE_TRANSPOSED, Kind.FIGURE_DIGIT, Kind.COUNT_TRANSPOSED, Kind.COUNT_DIGIT}
)
"""Mistakes that can be made in so many ways that some figures fit by chance; ranked last."""


@dataclass(frozen=True, slots=True)
class Cause:
    """A mistake that gives the reported figure exactly.

    ``value`` is what it makes of the formula, ``proof`` shows how; ``changes`` counts the slips
    it takes. ``chance`` is how likely some mistake of this kind would give a figure that is wrong
    for another reason: above one in ten, it proves little.
    """

    kind: Kind
    sentence: str
    value: Fraction
    proof: str
    changes: int
    chance: Fraction

    @property
    def rank(self) -> tuple[int, bool]:
        """Fewest changes first; of these, slips of a single digit last."""
        return self.changes, self.kind in ONE_DIGIT

    @property
    def proves_little(self) -> bool:
        """Whether chance alone explains such a match in more than one of ten cases."""
        return self.chance > Fraction(1, 10)

    def __str__(self) -> str:
        odds = f" (fits by chance in about 1 of {round(1 / self.chance)} cases)"
        return f"{self.sentence}: {self.proof}{odds if self.proves_little else ''}"
