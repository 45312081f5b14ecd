"""The scenario family: one file puts one story into a world."""

import sys
from collections.abc import Callable
from dataclasses import dataclass

from rgt_tui.simulator.pod import Pod
from rgt_tui.simulator.world import World
from rgt_tui.specs import find_specs


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One story: what is built, and whether the demo fleet shows it."""

    name: str
    """The file's stem."""
    title: str
    build: Callable[[World], Pod]
    """Adds the Pod, and the volume it needs, to a world; gives the Pod."""
    demo_rank: int | None = None
    """Place in the demo fleet; None keeps it out."""


def scenarios() -> tuple[Scenario, ...]:
    """All scenarios, by file name."""
    return find_specs(sys.modules[__name__], "SCENARIO", Scenario)


def find_scenario(name: str) -> Scenario:
    """The scenario called `name`, or whose name begins with it (`rp11`), in any case.

    Raises:
        ValueError: none or several, with the names that exist.
    """
    wanted = name.lower().replace("-", "_")
    known = scenarios()
    for scenario in known:
        if scenario.name == wanted:
            return scenario
    matches = [scenario for scenario in known if scenario.name.startswith(wanted)]
    if len(matches) != 1:
        raise ValueError(f"no scenario {name!r}; there are {', '.join(s.name for s in known)}")
    return matches[0]
