"""How many examples Hypothesis tries: some in every run, others each time, and all in a soak."""

from typing import Any

from hypothesis import settings

SHARE = 3
"""A run of `make test` tries one of so many examples."""


def load_profiles() -> None:
    """`make soak` asks for `thorough`; all else is for any machine, however busy it is."""
    settings.register_profile("thorough", deadline=None, max_examples=100)
    settings.register_profile("any machine", deadline=None, max_examples=100 // SHARE)
    settings.load_profile("any machine")


def examples(many: int, **more: Any) -> settings:
    """So many examples in a soak."""
    is_thorough = settings.get_current_profile_name() == "thorough"
    return settings(max_examples=many if is_thorough else max(1, many // SHARE), **more)
