"""What a case of the smoke run fails with."""


class SmokeError(Exception):
    """The product did something else than it should."""
