"""Sentences one after another: what happened and what to do about it, with a full stop between."""

from typing import Final

_ENDS: Final = (".", "!", "?", "…")
"""What ends a sentence by itself."""


def sentences(*parts: str) -> str:
    """The parts that say something, a space between; all but the last end as a sentence does."""
    said = [part.strip() for part in parts if part.strip()]
    ended = [part if part.endswith(_ENDS) else f"{part}." for part in said[:-1]]
    return " ".join([*ended, *said[-1:]])
