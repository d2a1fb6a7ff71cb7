"""Plans from the command line: the count a target asks for, and progress against targets."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from kpiformula.cli.options import Category, Form, Id, named_counts
from kpiformula.diagnostics import Diagnostic, Severity

if TYPE_CHECKING:
    from kpiformula.planning import Goal, ProgressRow, Sensitivity, TriedCount
    from kpiformula.reported import Reported

DIFFERS = 1


def plan(
    methodology: Id,
    arguments: Annotated[
        list[str] | None,
        typer.Argument(metavar="[CODE NAME=COUNT…]", help="An indicator and its counts."),
    ] = None,
    reported: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="In place of CODE: a table of code, year, reported."),
    ] = None,
    year: Annotated[int | None, typer.Option(help="Seek the target of this year.")] = None,
    at_least: Annotated[str | None, typer.Option(help="Seek this target, as printed.")] = None,
    at_most: Annotated[str | None, typer.Option(help="Seek this target, as printed.")] = None,
    symbol: Annotated[
        str | None, typer.Option(help="The count to seek; else the one that is missing.")
    ] = None,
    category: Category = None,
    form: Form = "text",
) -> None:
    """Show the count that a target asks for, what one more does, or progress against targets.

    Exit code 1 where a target is missed or cannot be met.
    """
    from kpiformula.library import load_once
    from kpiformula.planning import goal_seek, progress, sensitivity
    from kpiformula.runs import indicator_of

    if (reported is None) == (not arguments):
        raise typer.BadParameter("give CODE and counts, or --reported FILE")
    loaded = load_once(methodology)
    if reported is not None:
        figures, refused = _figures(reported)
        found = progress(loaded, figures)
        _print(map(str, refused), err=True)
        _print(str(found).split("\n") if form == "text" else map(_row_json, found.rows))
        if found.missed or refused:
            raise typer.Exit(DIFFERS)
        return
    code, *given = arguments or []
    indicator, counts = indicator_of(loaded, code), named_counts(given)
    goal = goal_seek(indicator, counts, at_least=at_least, at_most=at_most, year=year,
                     symbol=symbol, category=category)  # fmt: skip
    effects = None
    if goal.present is not None:
        effects = sensitivity(indicator, counts, category=category)
    if form == "json":
        _print([_goal_json(goal, effects)])
    else:
        _print([str(goal), *(str(effects).split("\n") if effects else ())])
    if not goal.reachable or goal.meets_now is False:
        raise typer.Exit(DIFFERS)


def _figures(file: str) -> tuple[dict[str, dict[int, Reported]], list[Diagnostic]]:
    """Return the figures of a table by code and year, and what is wrong with other rows."""
    from kpiformula.tables import parse_reported, read_reported

    table = (
        parse_reported(sys.stdin.buffer.read(), "<stdin>") if file == "-" else read_reported(file)
    )
    figures: dict[str, dict[int, Reported]] = {}
    refused: list[Diagnostic] = []
    for row in table.rows:
        wrong = [each for each in row.findings if each.severity is Severity.ERROR]
        if wrong or row.year is None:
            refused += wrong
        else:
            figures.setdefault(row.code, {})[row.year] = row.reported
    return figures, refused


def _print(lines: Iterable[str], *, err: bool = False) -> None:
    from kpiformula.cli.display import one_line

    for line in lines:
        typer.echo(line if err else one_line(line), err=err)


def _row_json(row: ProgressRow) -> str:
    from kpiformula.cli.display import exact, target_data

    data = {
        "code": row.indicator.code,
        "year": row.year,
        "direction": row.direction,
        "target": row.target and target_data(row.target),
        "reported": row.reported.printed,
        "status": str(row.status),
        "difference": exact(row.difference),
        "path": exact(row.path),
        "on_track": row.on_track,
        "remark": row.remark or None,
    }
    return json.dumps(data, ensure_ascii=False)


def _goal_json(goal: Goal, effects: Sensitivity | None) -> str:
    from kpiformula.cli.display import exact

    data = {
        "symbol": goal.symbol,
        "direction": goal.direction,
        "target": goal.target.printed,
        "rounding": goal.rounding,
        "counts": [list(each) for each in goal.counts.ranges],
        "needed": _tried_data(goal.needed),
        "next_fails": _tried_data(goal.next_fails),
        "present": goal.present,
        "meets_now": goal.meets_now,
        "lacking": goal.lacking,
        "spare": goal.spare,
        "reason": goal.reason,
        "effects": {
            name: {"one_more": exact(each.one_more), "derivative": exact(each.derivative)}
            for name, each in (effects or {}).items()
        },
    }
    return json.dumps(data, ensure_ascii=False)


def _tried_data(tried: TriedCount | None) -> dict[str, object] | None:
    from kpiformula.cli.display import exact

    if tried is None:
        return None
    return {
        "count": tried.count,
        "value": exact(tried.value),
        "printed": str(tried.printed),
    }
