"""The codes with which the programs end, as `docs/operations.md` tells operators."""

__all__ = ["BAD_USAGE", "DONE", "FAILED"]

DONE = 0
FAILED = 1
"""Something failed, or all of it; what was done stays."""
BAD_USAGE = 2
"""A setting, a source or the command itself is wrong: nothing was tried."""
