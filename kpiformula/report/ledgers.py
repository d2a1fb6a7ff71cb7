"""How records gave the counts of a row: each step with the printed words behind it."""

from __future__ import annotations

from collections.abc import Iterator

from kpiformula.counting import Counted, Ledger, Step
from kpiformula.report.markup import Markup, element, joined


def ledgers(counted: Counted) -> Markup:
    """Return the ledgers of a row, that of a whole before that of its part, and open questions."""
    shown = [_ledger(ledger, counted) for ledger in counted.ledgers.values()]
    return joined((*shown, _questions(counted)))


def _ledger(ledger: Ledger, counted: Counted) -> Markup:
    around = counted.indicator.counts[ledger.symbol].within
    before = counted.ledgers[around] if around is not None else None
    shown = len(before.steps) if before is not None else 0
    start = f"of the {before.kept} of {before.symbol}" if before else _all(ledger)
    head = element("p", element("code", ledger.symbol), f": {start}")
    return joined((head, element("ol", *map(_step, ledger.steps[shown:]), class_="ledger")))


def _all(ledger: Ledger) -> str:
    return f"of {ledger.total} {ledger.population.replace('_', ' ')}"


def _step(step: Step) -> Markup:
    return element("li", *_told(step))


def _told(step: Step) -> Iterator[str | Markup]:
    yield f"less {step.removed} that {'do not meet' if step.kind == 'include' else 'meet'} "
    yield element("code", step.criterion.rule.text)
    if step.also_met:
        yield f" (of those taken out before, {step.also_met} meet it too)"
    yield f": {step.kept} left"
    if step.undecided:
        yield f", {step.undecided} undecided"
    quote = " ".join(step.criterion.quote.split())
    yield element("span", f" {step.code} {step.criterion.cites}: «{quote}»", class_="quiet")


def _questions(counted: Counted) -> Markup | None:
    counts = counted.indicator.counts
    questions = [(symbol, each) for symbol in counts for each in counts[symbol].undecided]
    if not questions:
        return None
    items = (element("li", element("code", s), f": {each.text.text}") for s, each in questions)
    return joined((element("p", "The text leaves open:"), element("ul", *items, class_="quiet")))
