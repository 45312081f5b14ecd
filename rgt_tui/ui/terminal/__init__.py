"""Terminal hygiene: every override of Textual's private methods, one file each.

Import this package before `textual`: the kitty keyboard protocol is switched off by an
environment variable that Textual reads once, at import. With "report all keys" on, Textual
8.2.7 and later lose dead keys and input methods in some terminals (Textualize/textual#6561,
read 2026-11). `TEXTUAL_DISABLE_KITTY_KEY=0` in the environment turns the protocol on again.
"""

import os

os.environ.setdefault("TEXTUAL_DISABLE_KITTY_KEY", "1")
