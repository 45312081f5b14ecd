"""Finds the spec constant that each file of a family folder declares.

A family is a package in which one file is one thing (a probe, a symptom, a pane).
Adding a thing is adding a file: nothing lists them by hand.
"""

import importlib
import pkgutil
from types import ModuleType
from typing import TypeVar

Spec = TypeVar("Spec")


class BadSpec(Exception):
    """A family file lacks its constant, or the constant has another type."""


def module_names(family: ModuleType) -> tuple[str, ...]:
    """The stems of a family's public files, sorted; `_private.py` files are not members."""
    names = (module.name for module in pkgutil.iter_modules(family.__path__))
    return tuple(sorted(name for name in names if not name.startswith("_")))


def find_specs(family: ModuleType, constant: str, kind: type[Spec]) -> tuple[Spec, ...]:
    """The spec of each file in `family`, in the order of the file names.

    Args:
        family: the package, for instance `rgt_tui.triage`.
        constant: the name each file must define, for instance `DETECTOR`.
        kind: the type the constant must have.

    Raises:
        BadSpec: a file without the constant, or with one of another type.
    """
    return tuple(find_spec(family, name, constant, kind) for name in module_names(family))


def find_spec(family: ModuleType, name: str, constant: str, kind: type[Spec]) -> Spec:
    """The spec of the one file `name` of `family`; imports that file only.

    Raises:
        BadSpec: the file lacks the constant, or it has another type.
    """
    module = importlib.import_module(f"{family.__name__}.{name}")
    spec = getattr(module, constant, None)
    if spec is None or not isinstance(spec, kind):
        found = "nothing" if spec is None else type(spec).__name__
        raise BadSpec(f"{module.__name__}.{constant}: wanted {kind.__name__}, found {found}")
    return spec
