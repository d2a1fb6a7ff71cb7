"""Drawings: what a figure stands for beside the exact value; figures beside their target.

Plain SVG within the page; positions are rounded to hundredths of a pixel, numbers are not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from kpiformula.intervals import Figure, Interval, approximation, decimal_places, round_decimal
from kpiformula.nodes import number_text
from kpiformula.report.markup import Markup, element, joined
from kpiformula.verification import Verdict, Verification

_WIDTH, _LEFT, _RIGHT = 400, 84, 316
"""A drawing's width, and where its scale begins and ends; labels stand beside it."""

_AXIS = 32
"""How far down the axis is."""

_FAR = 4
"""Where the value is more widths of the interval away, the axis is broken."""

_LONGEST = 13
"""The most characters of a label."""


@dataclass(frozen=True, slots=True)
class Scale:
    """Maps numbers from ``low`` to ``high`` onto positions from ``left`` to ``right``."""

    low: Fraction
    high: Fraction
    left: int = _LEFT
    right: int = _RIGHT

    def at(self, value: Fraction) -> str:
        """Return the position of a number; beyond an end it is that end."""
        part = (value - self.low) / (self.high - self.low)
        inside = min(max(part, Fraction(0)), Fraction(1))
        return f"{float(self.left + inside * (self.right - self.left)):.2f}".removesuffix(".00")


# --- the interval of a figure --------------------------------------------------------------------


def interval_drawing(verification: Verification) -> Markup | None:
    """Draw the interval of the figure, the exact value, and the distance between them.

    The interval stands alone where whole counts are held against it, not a value. ``None`` where
    there is no figure, or nothing to hold against its interval.
    """
    figure, interval = verification.reported, verification.interval
    values = verification.over or _point(verification)
    if figure is None or interval is None or not interval.width:
        return None
    if values is not None:
        return _beside_values(verification, figure, interval, values)
    if verification.verdict not in (Verdict.INFEASIBLE, Verdict.UNTESTABLE):
        return None
    scale = Scale(interval.low, interval.high, _LEFT + 40, _RIGHT - 40)
    drawn = (_axis(), *_stretch(interval, scale), *_figure(figure, scale))
    return _interval_svg(f"{figure} stands for {interval}", 56, drawn)


def _beside_values(
    verification: Verification, figure: Figure, interval: Interval, values: Interval
) -> Markup:
    broken = _distance(interval, values) > _FAR * interval.width
    scales = _broken_scales(interval, values) if broken else _scales(interval, values)
    drawn = (
        _axis(),
        *_stretch(interval, scales[0]),
        *_figure(figure, scales[0]),
        *_values(verification, interval, values, scales),
        *(_break(values.low > interval.high) if broken else ()),
    )
    return _interval_svg(f"{_words(verification)}{', not to scale' if broken else ''}", 76, drawn)


def _interval_svg(words: str, height: int, drawn: Iterable[Markup]) -> Markup:
    view = f"0 0 {_WIDTH} {height}"
    return element("svg", *drawn, viewBox=view, class_="interval", role="img", aria_label=words)


def _words(verification: Verification) -> str:
    figure, interval, over = verification.reported, verification.interval, verification.over
    value = (
        verification.result.value_text if over is None else f"between {over.low} and {over.high}"
    )
    return f"{figure} stands for {interval}; the value is {value}"


def _point(verification: Verification) -> Interval | None:
    if verification.computed is not None:
        return Interval(verification.computed, verification.computed)
    return verification.result.interval


def _distance(interval: Interval, values: Interval) -> Fraction:
    return max(values.low - interval.high, interval.low - values.high, Fraction(0))


def _scales(interval: Interval, values: Interval) -> tuple[Scale, Scale]:
    scale = Scale(min(interval.low, values.low), max(interval.high, values.high))
    return scale, scale


def _broken_scales(interval: Interval, values: Interval) -> tuple[Scale, Scale]:
    """Return the scale of the interval and that of the values, the nearer ends facing."""
    room = values.width or Fraction(1)
    if values.low > interval.high:
        return Scale(interval.low, interval.high, _LEFT, 190), Scale(
            values.low - room, values.low + room, 270, _RIGHT + 24
        )
    return Scale(interval.low, interval.high, 210, _RIGHT), Scale(
        values.high - room, values.high + room, _LEFT - 24, 130
    )


def _axis() -> Markup:
    return _line(20, _AXIS, _WIDTH - 20, _AXIS, "axis")


def _break(value_above: bool) -> Iterator[Markup]:
    """Draw the break of an axis, on the way to a value that is far above or below."""
    middle = 230 if value_above else 170
    yield element("rect", x=middle - 4, y=_AXIS - 3, width=8, height=6, class_="gap")
    for shift in (-4, 4):
        yield _line(middle + shift - 3, _AXIS + 6, middle + shift + 3, _AXIS - 6, "axis")


def _stretch(interval: Interval, scale: Scale) -> Iterator[Markup]:
    low, high = scale.at(interval.low), scale.at(interval.high)
    yield _line(low, _AXIS, high, _AXIS, "stretch")
    for end, closed, anchor, aside in (
        (interval.low, interval.low_closed, "end", -3),
        (interval.high, interval.high_closed, "start", 3),
    ):
        at = scale.at(end)
        state = "closed" if closed else "open"
        yield element("circle", cx=at, cy=_AXIS, r=4, class_=f"end {state}")
        yield _label(at, _AXIS + 19, label(end), "small", anchor, aside)


def _figure(figure: Figure, scale: Scale) -> Iterator[Markup]:
    at = scale.at(figure.value)
    yield _line(at, _AXIS - 9, at, _AXIS + 9, "figure")
    yield _label(at, _AXIS - 16, f"reported {figure.printed}"[:40], "figure")


def _values(
    verification: Verification, interval: Interval, values: Interval, scales: tuple[Scale, Scale]
) -> Iterator[Markup]:
    of_interval, scale = scales
    standing = {True: "agrees", False: "differs", None: "open"}[verification.agrees]
    near = interval.high if values.low > interval.high else interval.low
    facing = values.low if values.low > interval.high else values.high
    if _distance(interval, values):
        yield _line(of_interval.at(near), _AXIS, scale.at(facing), _AXIS, "distance")
    if values.width and verification.over is not None:
        yield _line(scale.at(values.low), _AXIS, scale.at(values.high), _AXIS, f"over {standing}")
        name = f"{label(values.low)} to {label(values.high)}"
    else:
        name = label(values.low)
        at = scale.at(values.low)
        diamond = f"M{at} {_AXIS - 7} l6 7 l-6 7 l-6 -7 z"
        yield element("path", d=diamond, class_=f"value {standing}")
    middle = scale.at((values.low + values.high) / 2)
    yield _line(middle, _AXIS + 9, middle, _AXIS + 27, "leader")
    place, anchor = _within(middle, name)
    yield _label(place, _AXIS + 40, f"computed {name}", standing, anchor)


def _within(middle: str, name: str) -> tuple[str | int, str]:
    """Return where a long label keeps within the drawing, and by which end it is placed."""
    if len(name) <= _LONGEST or 130 <= float(middle) <= _WIDTH - 130:
        return middle, "middle"
    return (4, "start") if float(middle) < _WIDTH / 2 else (_WIDTH - 4, "end")


# --- figures beside their target -----------------------------------------------------------------

_TARGET_WIDTH, _MOST = 260, Fraction(3, 2)
_REPORTED_TRACK, _COMPUTED_TRACK = 10, 22


def target_drawing(
    target: Fraction, reported: Fraction, computed: Fraction | None, direction: str | None
) -> Markup | None:
    """Draw a figure and the exact value on a scale from nothing to one and a half targets.

    ``None`` where the target is not above zero, so that nothing can be measured by it.
    """
    if target <= 0:
        return None
    scale = Scale(Fraction(0), _MOST, 8, _TARGET_WIDTH - 8)
    words = _target_words(target, reported, computed)
    drawing = element(
        "svg",
        *_target_ground(scale, direction),
        *_reported_mark(scale, reported / target),
        *(() if computed is None else _computed_mark(scale, computed / target)),
        viewBox=f"0 0 {_TARGET_WIDTH} 32",
        class_="target",
        aria_hidden="true",
    )
    return joined((drawing, element("span", words, class_="english")))


def _target_ground(scale: Scale, direction: str | None) -> Iterator[Markup]:
    end = scale.right if direction == "at_least" else scale.left
    goal = scale.at(Fraction(1))
    if direction is not None:
        yield _line(goal, 16, end, 16, "met")
    for track in (_REPORTED_TRACK, _COMPUTED_TRACK):
        yield _line(scale.left, track, scale.right, track, "track")
    yield _line(goal, 2, goal, 30, "goal")


def _reported_mark(scale: Scale, part: Fraction) -> Iterator[Markup]:
    yield element("circle", cx=scale.at(part), cy=_REPORTED_TRACK, r=4, class_="reported")
    yield from _beyond(scale, part, _REPORTED_TRACK)


def _computed_mark(scale: Scale, part: Fraction) -> Iterator[Markup]:
    diamond = f"M{scale.at(part)} {_COMPUTED_TRACK - 5} l5 5 l-5 5 l-5 -5 z"
    yield element("path", d=diamond, class_="value")
    yield from _beyond(scale, part, _COMPUTED_TRACK)


def _beyond(scale: Scale, part: Fraction, track: int) -> Iterator[Markup]:
    """Mark a figure that lies beyond the scale."""
    if not 0 <= part <= _MOST:
        at, shown = (scale.right + 8, "›") if part > _MOST else (scale.left - 8, "‹")
        yield _label(at, track + 4, shown, "small")


def _target_words(target: Fraction, reported: Fraction, computed: Fraction | None) -> str:
    exact = "" if computed is None else f", exact value {percent_of(computed, target)}"
    return f"reported {percent_of(reported, target)} of the target{exact}"


def percent_of(value: Fraction, target: Fraction) -> str:
    """Return a value in per cent of a target, to one decimal."""
    return f"{round_decimal(100 * value / target, 1, 'half_up')} %"


# --- shapes --------------------------------------------------------------------------------------


def label(value: Fraction) -> str:
    """Return a number short enough to stand in a drawing."""
    exact = number_text(value) if decimal_places(value) is not None else ""
    if exact and len(exact) <= _LONGEST:
        return exact
    near = str(approximation(value))
    return near if len(near) <= _LONGEST else f"{approximation(value):.5g}"


def _line(x1: str | int, y1: int, x2: str | int, y2: int, kind: str) -> Markup:
    return element("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=kind)


def _label(
    x: str | int, y: int, text: str, kind: str, anchor: str = "middle", aside: int | None = None
) -> Markup:
    return element("text", text, x=x, y=y, dx=aside, class_=kind, text_anchor=anchor)
