"""What reading and computing cost, as ratios to what one would write by hand, in one run.

Not part of the tests; from the project's root::

    python -m tests.benchmarks
"""
