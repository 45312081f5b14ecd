"""The console in a real terminal on a scene that stands still: `python -m tests.ui.still fleet:50`."""

import gc

if __name__ == "__main__":
    gc.disable()  # before the imports, as `rgt_tui.console` does
    from tests.ui import still_app

    raise SystemExit(still_app.main())
