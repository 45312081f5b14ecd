"""Writes `docs/symptoms` and `docs/checkpoints.md` anew: `make pages`."""

from tests.pages import formats
from tests.pages.written import FOLDER, written

FOLDER.mkdir(parents=True, exist_ok=True)
for old in FOLDER.glob("*.md"):
    if old.name not in written():
        old.unlink()
for name, text in written().items():
    (FOLDER / name).write_text(text, encoding="utf-8")
formats.FILE.write_text(formats.page(), encoding="utf-8")
print(f"{len(written())} pages in {FOLDER}")
