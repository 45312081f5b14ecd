"""`python -m rgt_tui` is `rgt-tui`."""

import sys

from rgt_tui.boot import main

sys.exit(main())
