"""Terminal hygiene: every override of Textual's private methods, one file each.

Importing it switches the kitty keyboard protocol off. With "report all keys" on, Textual 8.2.7
and later lose dead keys and input methods in some terminals (Textualize/textual#6561, read
2026-11). `TEXTUAL_DISABLE_KITTY_KEY=0` in the environment turns the protocol on again.
"""

import os
import sys

os.environ.setdefault("TEXTUAL_DISABLE_KITTY_KEY", "1")
_constants = sys.modules.get("textual.constants")
if _constants is not None:  # Textual was first, and has read the environment already
    _constants.__dict__["DISABLE_KITTY_KEY"] = os.environ["TEXTUAL_DISABLE_KITTY_KEY"] == "1"
