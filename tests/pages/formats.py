"""What `docs/checkpoints.md` should hold: the table of what each format can and cannot prove."""

from typing import Final

from rgt_tui.verifiers import all_verifiers
from tests.shared import ROOT

FILE: Final = ROOT / "docs" / "checkpoints.md"
HEAD: Final = """\
# What a verification of checkpoints proves

`rgt-tui verify`, the view of checkpoints and the checklist before a terminate use the same
verifiers, here and on a Pod. The level that was reached is always told and never lowered silently.

- `structure` reads headers and tables. It sees what is cut off, added, or another kind of file.
- `full` reads every byte: checksums where the format has any, an inert walk of pickles that builds
  no object, long blanks, and a SHA-256.
- `load` is a framework's own load of every byte on top of that, in a limited process. It says how
  many bytes were read: a lazy load reads nothing and does not count.

A warning is `unknown`, and `unknown` is never `ok`. **Verified by load** means two proofs: a verdict
`ok` at `full` or `load`, *and* equal hashes of the copy that was checked and the copy that survives.
Where the last column names bytes, only the second proof sees a change of them: most formats carry no
checksum, and loaders do not miss what they do not check. Zeros at the end of a file are a warning and
never `broken`: counters, biases, padding rows and fresh optimizer state end so, too.

On a **global volume** (`fuse.geesefs`) writes come late and only fsync tells of errors, so nothing there
counts as kept by itself. While the view of checkpoints or a checklist is open, each settled file is
flushed with its folder on its Pod, and a minute later every byte is read by another running Pod that
mounts the same volume; equal hashes keep it for 15 minutes. RunPod's API names no global volume and S3
serves network volumes alone: without such a second Pod the files count as lost, and pulling is the way.

| format | structure | full | load | never seen without a reference hash |
|---|---|---|---|---|
"""


def page() -> str:
    """The page; its rows are the verifiers' own."""
    rows = sorted(all_verifiers(), key=lambda one: one.title.casefold())
    lines = [
        f"| {one.title} | {one.proves.structure} | {one.proves.full} | {one.proves.load} | "
        f"{one.proves.never} |"
        for one in rows
    ]
    return HEAD + "\n".join(lines) + "\n"
