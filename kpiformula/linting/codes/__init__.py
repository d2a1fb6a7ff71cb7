"""What every finding means: the one table behind :func:`kpiformula.linting.explain`.

A row is: code; severity; the name of the pattern; what it is; why it matters; an example of it;
what to write instead. Codes are permanent: one that is no longer raised is never used again.
"""

from __future__ import annotations

from kpiformula.linting.codes.cells import CELLS
from kpiformula.linting.codes.criteria import CRITERIA
from kpiformula.linting.codes.figures import FIGURES
from kpiformula.linting.codes.limits import LIMITS
from kpiformula.linting.codes.methodologies import METHODOLOGIES
from kpiformula.linting.codes.row import Row

CODES: tuple[Row, ...] = (*CELLS, *METHODOLOGIES, *FIGURES, *CRITERIA, *LIMITS)
