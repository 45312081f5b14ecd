"""A RunPod on loopback: a second, independent reading of the API.

`Simulator` serves a `World` made by `build_world` over real HTTP and real SSH. Names are
imported on first use, so that naming this package costs nothing.
"""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rgt_tui.simulator.engine import Simulator
    from rgt_tui.simulator.fleet import build_world
    from rgt_tui.simulator.serving import serve
    from rgt_tui.simulator.world import World

__all__ = ["Simulator", "World", "build_world", "serve"]

_HOMES = {"Simulator": "engine", "World": "world", "build_world": "fleet", "serve": "serving"}


def __getattr__(name: str) -> object:
    """Imports the module that defines `name`."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
