"""The rules of the linter, one a file; a file put here is found by itself."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from kpiformula.linting.rule import Rule


@cache
def rules() -> tuple[Rule, ...]:
    """Return all rules, by code."""
    found = (import_module(f"{__name__}.{module.name}").RULE for module in iter_modules(__path__))
    return tuple(sorted(found, key=lambda rule: rule.means.code))
