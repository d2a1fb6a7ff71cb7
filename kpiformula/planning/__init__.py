"""Plans: progress against yearly targets, the count that a target asks for, what one more does.

A figure meets a target as printed: what is rounded is compared as it is printed.
"""

from kpiformula.planning.count_effects import CountEffect, Sensitivity, sensitivity
from kpiformula.planning.goal import Goal, TriedCount, goal_seek
from kpiformula.planning.target_progress import Progress, ProgressRow, ProgressStatus, progress

__all__ = [
    "CountEffect",
    "Goal",
    "Progress",
    "ProgressRow",
    "ProgressStatus",
    "Sensitivity",
    "TriedCount",
    "goal_seek",
    "progress",
    "sensitivity",
]
