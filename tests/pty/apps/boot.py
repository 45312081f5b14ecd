"""A bootstrap over the demo: the saved frame first, then the live app, as the program does it."""

import sys
import time
from pathlib import Path

from rgt_tui import splash


def main() -> int:
    path, action = sys.argv[1], sys.argv[2]
    painted = splash.paint(path, *_size())
    if action == "paint":
        if not painted:
            print("painted False")
        return 0
    if action == "leave":
        splash.leave()
        print(f"painted {painted}, left")
        return 0
    from tests.pty.apps.demo import Demo

    class Saving(Demo):
        """Saves its frame when it is left."""

        def action_quit(self) -> None:  # type: ignore[override]
            from rgt_tui.ui.terminal.frame import save

            save(Path(path), self, now=time.time())
            self.exit()

    app = Saving()
    app.run(mouse=False)
    return app.return_code or 0


def _size() -> tuple[int, int]:
    import os

    size = os.get_terminal_size(2)
    return size.columns, size.lines


if __name__ == "__main__":
    sys.exit(main())
