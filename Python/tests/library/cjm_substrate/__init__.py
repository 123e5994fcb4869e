"""As much of the real package as the dialect calls, made anew: for tests on every Python, without PyPI."""

__version__ = "9.9"
