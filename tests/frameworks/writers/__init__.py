"""Real checkpoints by real libraries: each file is one library or layout, and `write(folder)` writes it.

Not imported by tests: `tests/frameworks/writing.py` runs `run.py` with a Python that has the libraries.
"""
