"""How the property tests are run."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

# `make test` is the same everywhere and every time; `make deep` looks for what is new. Time
# limits are left out: a slow machine is no defect.
settings.register_profile(
    "default", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile(
    "deep",
    max_examples=2_000,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))
