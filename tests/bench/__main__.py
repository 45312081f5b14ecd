"""Runs every benchmark of this folder, one after the other: `python -m tests.bench [NAME...]`."""

import importlib
import sys

from rgt_tui import specs
from tests import bench

for name in sys.argv[1:] or specs.module_names(bench):
    if name not in ("__main__", "figures"):
        importlib.import_module(f"tests.bench.{name}").main()
