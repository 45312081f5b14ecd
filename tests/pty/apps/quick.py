"""The console with the waits of a person and of the guard made short, so that a test can sit them out."""

import sys

from rgt_tui.boot import main
from rgt_tui.guard import checklist as checklists
from rgt_tui.guard import step as steps

UNDO_S = 4.0

if __name__ == "__main__":
    for module in (checklists, steps):
        setattr(module, "UNDO_S", UNDO_S)  # noqa: B010
    setattr(checklists, "GRAVE_VIEW_S", 0.5)  # noqa: B010
    sys.exit(main())
