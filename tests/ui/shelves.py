"""Scenes of a network volume that is being looked at over S3."""

from collections.abc import Mapping
from dataclasses import replace

from rgt_tui.domain.account import Change
from rgt_tui.domain.evidence import Observed
from rgt_tui.domain.objects import HeaderCheck, Listing, StoredObject
from rgt_tui.domain.shelf import Answer, Glance, Shelves, Wish
from rgt_tui.domain.units import GIB
from rgt_tui.panes import Scene
from tests.ui import money
from tests.values import NOW

VOLUME = "nv1"
HOUR = 3600.0


def stored(key: str, size: int, age_h: float) -> StoredObject:
    return StoredObject(key=key, size=size, etag="e", modified=NOW - age_h * HOUR)


TOP = Listing(
    objects=(stored("readme.md", 2_100, 700), stored("\x1b[2Jbad\u202ename", 3, 5)),
    folders=(".Trash-0/", "ckpt/", "data/"),
)
STEP = "ckpt/step-41000/"
FOLDER = Listing(
    objects=(
        stored(f"{STEP}model-00001-of-00002.safetensors", 5 * GIB, 9.2),
        stored(f"{STEP}model-00002-of-00002.safetensors", 4 * GIB, 9.2),
        stored(f"{STEP}optim.pt", 18 * GIB, 9.1),
        stored(f"{STEP}trainer_state.json", 9_300, 9.1),
    )
)
TRASH = Listing(
    objects=(
        stored(".Trash-0/files/old-run/model.safetensors", 13 * GIB, 800),
        stored(".Trash-0/info/old-run.trashinfo", 88, 800),
        stored("notebooks/.Trash-1000/files/a.ipynb", 52_000, 90),
    )
)
OK = HeaderCheck("ok", "safetensors", "291 tensors, no checksum")
CUT = HeaderCheck("broken", "safetensors", "its tensors end at byte 4301, the file at 4297")


def answered(answers: Mapping[Glance, Answer], *, write: bool = True) -> Scene:
    """A scene in which these answers are known."""
    scene = money.money()
    seen: Observed[object] = Observed(Shelves(answers), NOW - 4, "s3")
    account = scene.account.after(Change(Shelves, seen))
    return replace(scene, account=account, read_only=False, write_left_s=600.0 if write else None)


def browsed(*, write: bool = True) -> Scene:
    """Everything of the volume that tests look at has been read."""
    text = b"# Runs\nsafe \x1b[31mtext\n"
    return answered(
        {
            Glance(VOLUME, ""): Answer(at=NOW - 30, listing=TOP),
            Glance(VOLUME, "ckpt/"): Answer(at=NOW - 20, listing=Listing(folders=(STEP,))),
            Glance(VOLUME, STEP): Answer(at=NOW - 4, listing=FOLDER),
            Glance(VOLUME, "", Wish.TRASH): Answer(at=NOW - 50, listing=TRASH),
            Glance(VOLUME, FOLDER.objects[0].key, Wish.VERIFY): Answer(at=NOW, check=OK),
            Glance(VOLUME, FOLDER.objects[1].key, Wish.VERIFY): Answer(at=NOW, check=CUT),
            Glance(VOLUME, FOLDER.objects[2].key, Wish.VERIFY): Answer(at=NOW, is_waiting=True),
            Glance(VOLUME, "readme.md", Wish.HEAD): Answer(at=NOW, head=text),
            Glance(VOLUME, FOLDER.objects[2].key, Wish.HEAD): Answer(
                at=NOW, head=b"PK\x03\x04" + bytes(range(256))
            ),
        },
        write=write,
    )


def refused() -> Scene:
    """No S3 key was found."""
    hint = "No S3 key: make one in the RunPod console (Settings, S3 API Keys)."
    trouble = "The S3 interface needs a key of its own."
    return answered({Glance(VOLUME, ""): Answer(at=NOW, trouble=trouble, hint=hint)})
