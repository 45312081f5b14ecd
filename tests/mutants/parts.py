"""What is changed, below `rgt_tui`, and the tests that have to notice."""

from dataclasses import dataclass
from typing import Final

LEAST: Final = 0.95
"""How many of the mutants of each part have to be noticed."""


@dataclass(frozen=True)
class Part:
    """Files, and the tests which are to be false when a file is wrong.

    Attributes:
        files: below `rgt_tui`.
        tests: fast ones; they run once for each mutant that none of them notices.
        skip: tests among them that are too slow for that.
    """

    files: tuple[str, ...]
    tests: tuple[str, ...]
    skip: tuple[str, ...] = ()


PARTS: Final = {
    "guard": Part(
        (
            "guard/batch.py",
            "guard/challenge.py",
            "guard/checklist.py",
            "guard/items.py",
            "guard/joint.py",
            "guard/kind.py",
            "guard/loss.py",
            "guard/permit.py",
            "guard/proceeding.py",
            "guard/step.py",
            "guard/table.py",
            "guard/waivable.py",
            "guard/writemode.py",
        ),
        ("tests/guard", "tests/clients/test_gate.py"),
        (
            "tests/guard/test_machine.py",
            "tests/guard/test_batch.py::test_whatever_happens_only_approved_pods_go_one_at_a_time_and_none_after_an_anomaly",
            "tests/guard/test_table.py::test_each_edge_that_is_needed_is_among_the_required_ones_and_no_other",
        ),
    ),
    "gate": Part(("clients/gate.py", "guard/record.py"), ("tests/clients/test_gate.py",)),
    "journal": Part(
        ("clients/journal.py", "clients/journal_read.py"), ("tests/clients/test_journal.py",)
    ),
    "dossier": Part(
        (
            "domain/durable.py",
            "dossier/binding.py",
            "dossier/blast.py",
            "dossier/durable.py",
            "dossier/identity.py",
            "dossier/loads.py",
            "dossier/losses.py",
            "dossier/quiet.py",
            "dossier/view.py",
            "termination/frozen.py",
        ),
        ("tests/dossier", "tests/domain/test_durable.py"),
    ),
    "volume": Part(
        ("dossier/stored.py", "termination/stored.py"),
        ("tests/dossier", "tests/termination/test_stored.py"),
    ),
    "screen": Part(
        ("ui/screens/approving.py", "ui/screens/typed.py"),
        ("tests/ui/test_checklist.py", "tests/ui/test_typed.py", "tests/ui/asking"),
        ("tests/ui/test_checklist.py::test_random_keys_approve_nothing",),
    ),
}

_JOURNAL: Final = "clients/journal.py "
EQUIVALENT: Final[dict[str, str]] = {
    f"{_JOURNAL}_TAIL: one more: 2": "a longer end of the file holds the last line as well",
    f"{_JOURNAL}_PIECE: one more: 1": "the file is read in larger pieces",
    f"{_JOURNAL}_PIECE: one more: 20": "the file is read in larger pieces",
    f"{_JOURNAL}Journal._append: turn the comparison: size <= _TAIL": "no line is half that long",
    f"{_JOURNAL}Journal._locked: one more: 384": "the mode is set right once it is open",
    f"{_JOURNAL}_user: one more: 64": "no name of a user is that long",
}
"""Mutants that mean the same as the source, each with the reason; they are not run."""
