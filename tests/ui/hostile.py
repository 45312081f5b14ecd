"""Names that a hostile or careless person gives a Pod, cleaned as the decoder cleans them."""

from typing import Final

from rgt_tui.domain.text import clean

RAW: Final = (
    "[/]",
    "[/nope]",
    "[@click=app.exit()]quit[/]",
    "[link=https://x.invalid]a[/link]",
    "[bold red]$balance",
    "\x1b[2J\x1b[31mred",
    "\x1b]52;c;cm0gLXJm\x07",
    "\x9b31mC1",
    "name\r\nover",
    "\u202edetrever\u202c",
    "zero\u200bwidth\ufeff",
    "训练-实验-七号",
    "日本語のとても長い名前のポッド",
    "family\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "keycap1\ufe0f\u20e3",
    "flag\U0001f1f7\U0001f1f4",
    "Z\u0300\u0301\u0302\u0303\u0304algo",
    "\ud800lone",
    "\U000e0041tag",
    "",
    "   ",
    "a" * 300,
)
NAMES: Final = tuple(clean(name) for name in RAW)
