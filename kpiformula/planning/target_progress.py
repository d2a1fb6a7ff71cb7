"""Reported figures against the targets of their years, and against the path to the last one.

Figures are compared as printed: 0,58 is below a target of 0,6, although it would be printed 0,6
with one decimal; the row then says so. A place in a ranking meets ``top 20`` up to the twentieth,
a band meets it where all of its places do.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from enum import StrEnum
from fractions import Fraction

from kpiformula.comparison import signed
from kpiformula.diagnostics import Diagnostic, InputError, error
from kpiformula.figures import Target, TargetKind, read_target
from kpiformula.intervals import round_exact, value_text
from kpiformula.methodology import Direction, Indicator, Methodology
from kpiformula.reported import Reported, read_figure
from kpiformula.text import PrintedNumber

ReportedFigures = Mapping[str, Mapping[int, Reported] | Reported]
"""Figures as printed by code and year, or by code alone where one year is meant."""

_DECIMAL_COMMA = ("kk", "ru")
"""Languages of documents in which a comma only ever stands before decimals."""


class ProgressStatus(StrEnum):
    """How a reported figure stands to the target of its year."""

    MET = "met"
    MISSED = "missed"
    NO_TARGET = "no target"
    NOT_REPORTED = "not reported"
    NOT_COMPARABLE = "not comparable"


@dataclass(frozen=True, slots=True)
class ProgressRow:
    """A reported figure, the target of its year, and how they stand.

    ``difference`` is the reported figure less the target, exact, in the unit of the indicator;
    of a ``top``, less its last place. ``path`` is where the straight way from the baseline (or
    the first target) to the last target lies in that year, ``on_track`` whether the figure is at
    least as good; both are ``None`` where there is no such way. ``reason`` says why figures are
    not compared; ``rounds_to_target`` that a missed target would be met with its own decimals.
    """

    indicator: Indicator = field(repr=False)
    year: int
    reported: Target
    target: Target | None
    status: ProgressStatus
    difference: Fraction | None = None
    path: Fraction | None = None
    on_track: bool | None = None
    reason: str | None = None
    rounds_to_target: bool = False

    @property
    def direction(self) -> Direction | None:
        """Which way the target is meant."""
        return self.indicator.direction

    @property
    def remark(self) -> str:
        """What else is to be said of the row, in one sentence; empty where nothing is."""
        parts = [self.reason] if self.reason else []
        if self.rounds_to_target:
            parts.append(f"with the decimals of the target it would be printed {self.target}")
        if self.on_track is not None and self.path is not None:
            track = "on track" if self.on_track else "behind"
            parts.append(f"{track} by the straight path ({value_text(self.path)})")
        return "; ".join(parts)


@dataclass(frozen=True, repr=False)
class Progress:
    """Reported figures of a methodology against its targets, in the order of its rows."""

    methodology: Methodology = field(repr=False)
    rows: tuple[ProgressRow, ...]

    @property
    def met(self) -> tuple[ProgressRow, ...]:
        """The rows whose figure meets its target."""
        return self.with_status(ProgressStatus.MET)

    @property
    def missed(self) -> tuple[ProgressRow, ...]:
        """The rows whose figure misses its target."""
        return self.with_status(ProgressStatus.MISSED)

    @property
    def behind(self) -> tuple[ProgressRow, ...]:
        """The rows whose figure is behind the straight path to the last target."""
        return tuple(row for row in self.rows if row.on_track is False)

    def with_status(self, status: ProgressStatus) -> tuple[ProgressRow, ...]:
        """Return the rows of one status."""
        return tuple(row for row in self.rows if row.status is status)

    @property
    def counts(self) -> Mapping[ProgressStatus, int]:
        """How many rows have each status; together they are all rows."""
        found = Counter(row.status for row in self.rows)
        return {status: found[status] for status in ProgressStatus}

    @property
    def summary(self) -> str:
        """How many figures there are, and how they stand."""
        shown = ", ".join(f"{status} {count}" for status, count in self.counts.items() if count)
        figures = "figure" if len(self.rows) == 1 else "figures"
        tracked = sum(row.on_track is not None for row in self.rows)
        path = f"; behind the straight path {len(self.behind)} of {tracked}" if tracked else ""
        return f"{len(self.rows)} {figures}: {shown or 'none'}{path}"

    def __str__(self) -> str:
        head = ("code", "year", "target", "reported", "status", "difference", "remark")
        cells = [head, *map(_cells, self.rows)]
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        lines = ("  ".join(map(str.ljust, row, widths)).rstrip() for row in cells)
        return "\n".join((*lines, self.summary, "figures are compared as printed"))

    def __repr__(self) -> str:
        return f"<Progress of {self.methodology.id}: {self.summary}>"

    def _repr_html_(self) -> str:
        from kpiformula.notebook import html

        return html(self)


def progress(
    methodology: Methodology, reported: ReportedFigures, *, year: int | None = None
) -> Progress:
    """Return how reported figures stand to the targets of their years.

    Args:
        methodology: whose targets and directions are taken.
        reported: figures as printed, in the unit of their row, by code and year; or by code
            alone, and ``year`` says of which. A dash is no figure.
        year: the year of the figures that are given without one.

    Raises:
        InputError: with all that is wrong: KF530 an unknown code, KF533 a year that the row and
            the methodology do not have, KF542 a figure without a year, KF513, KF510, KF905 a
            figure of a kind that does not state its decimals.
    """
    rows: list[ProgressRow] = []
    refused: list[Diagnostic] = []
    given = dict(_by_year(reported, year, refused))
    refused += [_unknown_code(methodology, code) for code in given if code not in methodology]
    for code, row in methodology.items():
        for each, figure in sorted(given.get(code, {}).items()):
            try:
                rows.append(_compared(methodology, row, each, figure))
            except InputError as problem:
                refused += problem.diagnostics
    if refused:
        raise InputError(*refused)
    return Progress(methodology, tuple(rows))


def _by_year(
    reported: ReportedFigures, year: int | None, refused: list[Diagnostic]
) -> Iterator[tuple[str, Mapping[int, Reported]]]:
    for code, figures in reported.items():
        if isinstance(figures, Mapping):
            yield code, figures
        elif year is not None:
            yield code, {year: figures}
        else:
            refused.append(
                error("KF542", f"{code}: the figure {figures!r} has no year",
                      help="give it as {year: figure}, or give year=")
            )  # fmt: skip


def _unknown_code(methodology: Methodology, code: object) -> Diagnostic:
    near = get_close_matches(str(code)[:60], methodology)
    return error(
        "KF530",
        f"{methodology.id} has no indicator {str(code)[:60]!r}",
        help=f"did you mean {' or '.join(near)}?" if near else "list the methodology for its codes",
    )


def _compared(methodology: Methodology, row: Indicator, year: int, given: Reported) -> ProgressRow:
    start = row.baseline.year if row.baseline else None
    if year not in (*methodology.years, *row.targets, start):
        known = ", ".join(map(str, methodology.years))
        message = f"{row.code}: {year} is no year of {methodology.id}"
        raise InputError(error("KF533", message, help=f"known are {known}"))
    figure = _reported_figure(methodology, row, given)
    target = row.targets.get(year)
    if target is not None and target.kind is TargetKind.NONE:
        target = None
    status, reason = _standing(row, figure, target)
    path = _path(row, year, figure.kind)
    on_track = None
    if path is not None and figure.value is not None and row.direction is not None:
        on_track = _as_good(figure.value, path, row.direction)
    return ProgressRow(
        indicator=row,
        year=year,
        reported=figure,
        target=target,
        status=status,
        difference=_difference(figure, target) if status in _COMPARED else None,
        path=path if on_track is not None else None,
        on_track=on_track,
        reason=reason,
        rounds_to_target=status is ProgressStatus.MISSED and _rounds_to(figure, target, row),
    )


def _reported_figure(methodology: Methodology, row: Indicator, given: Reported) -> Target:
    if isinstance(given, str):
        return read_target(given, row.unit, decimal_comma=methodology.language in _DECIMAL_COMMA)
    try:
        figure = read_figure(given)
    except InputError as problem:
        found = (replace(d, message=f"{row.code}: {d.message}") for d in problem.diagnostics)
        raise InputError(*found) from None
    if figure is None:
        return Target("", TargetKind.NONE)
    number = PrintedNumber(figure.value, figure.decimals)
    return Target(figure.printed, TargetKind.NUMBER, (number,))


# --- one figure against one target ---------------------------------------------------------------

_COMPARED = (ProgressStatus.MET, ProgressStatus.MISSED)
_PLAIN = (TargetKind.NUMBER, TargetKind.RATIO)


def _standing(
    row: Indicator, figure: Target, target: Target | None
) -> tuple[ProgressStatus, str | None]:
    """Return how a figure stands to a target and, where they are not compared, why."""
    if figure.kind is TargetKind.NONE:
        return ProgressStatus.NOT_REPORTED, None
    if target is None:
        return ProgressStatus.NO_TARGET, None
    reason = _obstacle(row, figure, target)
    if reason is not None or row.direction is None:
        return ProgressStatus.NOT_COMPARABLE, reason
    met = _meets(figure, target, row.direction)
    if met is None:
        reason = f"only some of {figure} meets {target}"
        return ProgressStatus.NOT_COMPARABLE, reason
    return ProgressStatus.MET if met else ProgressStatus.MISSED, None


def _obstacle(row: Indicator, figure: Target, target: Target) -> str | None:
    if row.direction is None:
        return "no direction is known"
    for each in (figure, target):
        if each.kind in (TargetKind.PAIR, TargetKind.UNREAD):
            return f"{each.printed!r} is no single figure"
        if each.kind is TargetKind.TOP and row.direction == "at_least":
            return f"{each} is a place in a ranking, where less is better"
    if (figure.kind is TargetKind.RATIO) != (target.kind is TargetKind.RATIO):
        return "one is printed as a ratio, the other is not"
    return None


def _meets(figure: Target, target: Target, direction: Direction) -> bool | None:
    """Return whether all that a figure may be meets a target; ``None`` where only some does."""
    low, high = _ends(figure)
    least, most = _ends(target)
    if direction == "at_least":
        if least is None or (low is not None and low >= least):
            return True
        return False if high is not None and high < least else None
    if most is None or (high is not None and high <= most):
        return True
    return False if low is not None and low > most else None


def _ends(figure: Target) -> tuple[Fraction | None, Fraction | None]:
    if figure.value is not None:
        return figure.value, figure.value
    return figure.low, figure.high


def _difference(figure: Target, target: Target | None) -> Fraction | None:
    if target is None or figure.value is None:
        return None
    planned = target.high if target.kind is TargetKind.TOP else target.value
    return None if planned is None else figure.value - planned


def _rounds_to(figure: Target, target: Target | None, row: Indicator) -> bool:
    """Return whether a figure with fewer decimals, those of the target, would meet it."""
    if target is None or figure.value is None or target.value is None or row.direction is None:
        return False
    if figure.decimals is None or target.decimals is None or figure.decimals <= target.decimals:
        return False
    rounded = round_exact(figure.value, target.decimals, "half_up")
    return _as_good(rounded, target.value, row.direction)


def _as_good(value: Fraction, wanted: Fraction, direction: Direction) -> bool:
    return value >= wanted if direction == "at_least" else value <= wanted


def _path(row: Indicator, year: int, kind: TargetKind) -> Fraction | None:
    """Return where the straight way from the start to the last target lies in a year."""
    if kind not in _PLAIN:
        return None
    values = {
        each: target.value
        for each, target in sorted(row.targets.items())
        if target.kind is kind and target.value is not None
    }
    if not values:
        return None
    last, end = list(values.items())[-1]
    first, start = next(iter(values.items()))
    baseline = row.baseline
    if baseline is not None and baseline.figure.kind is kind and baseline.figure.value is not None:
        first, start = baseline.year, baseline.figure.value
    if not first <= year <= last or first == last:
        return None
    return start + (end - start) * Fraction(year - first, last - first)


def _cells(row: ProgressRow) -> tuple[str, ...]:
    return (
        row.indicator.code,
        str(row.year),
        f"{_DIRECTION_SIGNS.get(row.direction or '', '')}{row.target}" if row.target else "",
        row.reported.printed,
        str(row.status),
        "" if row.difference is None else signed(row.difference),
        row.remark,
    )


_DIRECTION_SIGNS = {"at_least": "≥ ", "at_most": "≤ "}
