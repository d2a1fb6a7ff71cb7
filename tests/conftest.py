"""Settings for all tests."""

import os

from hypothesis import settings

settings.register_profile("local", max_examples=100, deadline=None)
settings.register_profile("ci", max_examples=100, deadline=None, derandomize=True, database=None)
settings.load_profile("ci" if os.environ.get("CI") else "local")
