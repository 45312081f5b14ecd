"""What a network volume's browser shows, as rows and lines. Pure; untrusted bytes are made safe."""

from collections.abc import Iterable, Mapping
from typing import Final

from rgt_tui.actions import Confirm, Field
from rgt_tui.domain.objects import Listing, StoredObject, StoredUses, is_trash
from rgt_tui.domain.request import EmptyTrash, Request
from rgt_tui.domain.sentences import sentences
from rgt_tui.domain.shelf import HEAD, Answer, Glance, Shelves, Wish
from rgt_tui.domain.text import clean, clean_lines
from rgt_tui.domain.units import UNKNOWN, show_age, show_bytes
from rgt_tui.domain.volume import NetworkVolume
from rgt_tui.panes import VERDICTS, Block, Cell, Column, Line, Row, Scene, Tone
from rgt_tui.volume_facts import writers_of

COLUMNS: Final = (
    Column(title="NAME", width=24, rank=0, grows=True),
    Column(title="SIZE", width=6, rank=1, align="right"),
    Column(title="AGE", width=6, rank=2, align="right"),
    Column(title="FORMAT", width=11, rank=4),
    Column(title="TABLES", width=26, rank=3),
)
NAMED: Final = 12
"""Files named in a question; the rest are counted."""
_UNKNOWN: Final = Cell(UNKNOWN, Tone.UNKNOWN)
_NOTHING: Final = Cell("--", Tone.DIM)
_BYTES_A_LINE: Final = 16


def answers_of(scene: Scene) -> Mapping[Glance, Answer]:
    """The answers that are known."""
    seen = scene.account.evidence.value(Shelves)
    return seen.answers if seen is not None else {}


def rows(glance: Glance, scene: Scene) -> tuple[Row, ...]:
    """Folders, then files; of the trash all files with their whole path."""
    answers = answers_of(scene)
    answer = answers.get(glance)
    listing = answer.listing if answer is not None else None
    if listing is None:
        return ()
    folders = (_folder(folder, glance, scene) for folder in listing.folders)
    files = (_file(stored, glance, answers, scene) for stored in listing.objects)
    return (*folders, *(row for row in files if row.key != glance.path))


def _folder(folder: str, glance: Glance, scene: Scene) -> Row:
    uses = scene.account.evidence.value(StoredUses)
    use = uses.of(glance.volume) if uses is not None else None
    name = clean(folder.removeprefix(glance.path))
    top = name.removesuffix("/") if use is not None and not glance.path else None
    known = next((f for f in use.folders if f.name == top), None) if use is not None else None
    size = _UNKNOWN if known is None else Cell(show_bytes(known.size))
    trash = Cell("trash", Tone.WARN) if is_trash(f"{folder}x") else Cell("folder", Tone.DIM)
    return Row(folder, (Cell(name, Tone.ACCENT), size, _NOTHING, trash, Cell("")))


def _file(
    stored: StoredObject, glance: Glance, answers: Mapping[Glance, Answer], scene: Scene
) -> Row:
    start = glance.path if glance.wish is Wish.FOLDER else ""
    checked = answers.get(Glance(glance.volume, stored.key, Wish.VERIFY))
    age = _UNKNOWN if stored.modified is None else Cell(show_age(scene.now - stored.modified))
    size = _UNKNOWN if stored.size is None else Cell(show_bytes(stored.size))
    name = Cell(clean(stored.key.removeprefix(start)))
    return Row(stored.key, (name, size, age, *_checked(checked)))


def _checked(answer: Answer | None) -> tuple[Cell, Cell]:
    if answer is None:
        return Cell(""), Cell("")
    if answer.is_waiting:
        return Cell(""), Cell("reading ..", Tone.DIM)
    if answer.check is None:
        return Cell(""), Cell(f"? {answer.trouble}", Tone.UNKNOWN)
    check = answer.check
    kind = "" if check.format == "unknown" else check.format
    return Cell(kind), Cell(f"{check.verdict}: {check.said}", VERDICTS[check.verdict])


def summary(glance: Glance, answer: Answer | None) -> str:
    """How much lies there: `3 folders, 12 files, 212G`."""
    listing = answer.listing if answer is not None else None
    if listing is None:
        return ""
    files = f"{len(listing.objects)} files, {show_bytes(listing.bytes_known)}"
    folders = f"{len(listing.folders)} folders, " if listing.folders else ""
    return f"{folders}{files}{'' if listing.is_whole else ' at least: the list was cut'}"


def instead(glance: Glance, answer: Answer | None) -> tuple[str, ...]:
    """What stands in place of rows."""
    if answer is None or (answer.is_waiting and answer.listing is None):
        slow = "The first look at new files takes the service minutes: it computes checksums."
        return ("reading ..", slow)
    if answer.trouble:
        return (answer.trouble, answer.hint)
    if glance.wish is Wish.TRASH:
        return ("No file lies in a trash folder of this volume.",)
    return ("This folder is empty.",)


def head_blocks(glance: Glance, scene: Scene) -> tuple[Block, ...]:
    """A file: what is known of it, what its tables prove, and how it begins."""
    answers = answers_of(scene)
    return (*_proof(glance, answers), _head(answers.get(glance)))


def _proof(glance: Glance, answers: Mapping[Glance, Answer]) -> Iterable[Block]:
    kind, said = _checked(answers.get(Glance(glance.volume, glance.path, Wish.VERIFY)))
    if said.text:
        name = f"{kind.text}: " if kind.text else ""
        yield Block("What its tables prove", ((Cell(f"  {name}"), said),))


def _head(answer: Answer | None) -> Block:
    if answer is None or (answer.is_waiting and answer.head is None):
        return Block("How it begins", ((Cell("  reading ..", Tone.DIM),),))
    if answer.head is None:
        said = f"  ? {sentences(answer.trouble, answer.hint)}"
        return Block("How it begins", ((Cell(said, Tone.UNKNOWN),),))
    if not answer.head:
        return Block("How it begins", ((Cell("  it is empty", Tone.WARN),),))
    more = f"first {show_bytes(HEAD)}" if len(answer.head) == HEAD else "the whole file"
    return Block("How it begins", tuple(_lines(answer.head)), more)


def _lines(head: bytes) -> Iterable[Line]:
    text = _text(head)
    if text is not None:
        yield from ((Cell(f"  {line}"),) for line in clean_lines(text, 500))
        return
    for at in range(0, min(len(head), 4096), _BYTES_A_LINE):
        part = head[at : at + _BYTES_A_LINE]
        signs = "".join(chr(b) if 32 <= b < 127 else "." for b in part)
        yield (Cell(f"  {at:06x}  ", Tone.DIM), Cell(f"{part.hex(' '):<48}{signs}"))


def _text(head: bytes) -> str | None:
    """The bytes as text; None when they are none. The last sign may be cut."""
    for cut in range(4):
        try:
            text = head[: len(head) - cut].decode("utf-8")
        except UnicodeDecodeError:
            continue
        odd = sum(1 for c in text if not (c.isprintable() or c in "\n\r\t"))
        return text if odd <= 2 + len(text) // 50 else None
    return None


def emptying(volume: NetworkVolume, listing: Listing, scene: Scene) -> Confirm:
    """The question before the trash of a volume is emptied."""
    name = volume.name or volume.id
    request = EmptyTrash(volume=volume.id, name=name, objects=listing.objects)
    wanted = (f"empty {volume.name}", f"empty {volume.id}")

    def typed(text: str) -> Request | str:
        return request if text in wanted else "what was typed is not what was asked"

    return Confirm(
        title=f"EMPTY THE TRASH of {name}  {volume.id}",
        blocks=(
            Block("1 Deleted for good", tuple(_deleted(listing))),
            Block("2 Stays", tuple(_stays(volume, scene))),
        ),
        button="Delete",
        field=Field(f"type: empty {name}"),
        request=typed,
    )


def _deleted(listing: Listing) -> Iterable[Line]:
    said = f"  {len(listing.objects)} files, {show_bytes(listing.bytes_known)}; no copy is kept"
    yield (Cell(said, Tone.BAD),)
    largest = sorted(listing.objects, key=lambda stored: -(stored.size or 0))
    for stored in largest[:NAMED]:
        yield (Cell(f"  {show_bytes(stored.size):>6}  {stored.name}"),)
    if len(largest) > NAMED:
        yield (Cell(f"  and {len(largest) - NAMED} smaller ones", Tone.DIM),)
    if not listing.is_whole:
        yield (Cell("  the list was cut: more trash may be left afterwards", Tone.WARN),)


def _stays(volume: NetworkVolume, scene: Scene) -> Iterable[Line]:
    yield (Cell("  everything outside the trash folders, and what changed since it was listed"),)
    writers = writers_of(volume, scene.account)
    if writers:
        names = ", ".join(pod.label for pod in writers)
        yield (Cell(f"  running now and mounting it: {names}", Tone.WARN),)
    yield (Cell(f"  the bill: {volume.size_gb or UNKNOWN} GB are paid for, full or not", Tone.DIM),)
