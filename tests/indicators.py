"""An indicator for tests, as a methodology file would give it."""

from collections.abc import Mapping

from kpiformula import Erratum, Indicator, Place, SymbolInput


def indicator(
    cell: str,
    symbols: Mapping[str, tuple[str, str]],
    *,
    unit: str = "percent",
    kind: str = "share",
    erratum: str | None = None,
) -> Indicator:
    """Return an indicator; ``symbols`` leads from a name to its input and unit."""
    place = Place("document.txt", 1, 1)
    return Indicator(
        code="1.1",
        part="goal-1",
        name={"en": "an indicator"},
        printed_unit="%",
        unit=unit,
        kind=kind,  # type: ignore[arg-type]
        basis="printed",
        direction="at_least",
        direction_printed=False,
        targets={},
        owner=None,
        report=None,
        ministry_indicator=False,
        source=place,
        cell_source=place,
        cell=cell,
        symbols={name: SymbolInput(*given) for name, given in symbols.items()},
        erratum=None if erratum is None else Erratum(erratum, "a slip of the pen", ("KF302",)),
    )
