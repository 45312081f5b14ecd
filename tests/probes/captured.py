"""Sections as hosts sent them, from files whose first line says where they come from."""

from pathlib import Path

from rgt_tui.probes import Section

FOLDER = Path(__file__).resolve().parent.parent / "data" / "probes"


def section(name: str) -> Section:
    first, _, rest = (FOLDER / name).read_text().partition("\n")
    assert first.startswith("# "), f"{name} does not say where it comes from"
    return Section(output=rest.encode(), exit_code=0)


def said(text: str, *, timed_out: bool = False, cut: bool = False) -> Section:
    code = None if timed_out or cut else 0
    return Section(output=text.encode(), exit_code=code, timed_out=timed_out, cut=cut)
