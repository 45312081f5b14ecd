"""What torch's zip files have in common: records, storages, and the graph of tensors on them."""

from __future__ import annotations

from typing import Any, List, NamedTuple, Sequence, Tuple

from rgt_tui.verifiers import Broken, Extent, Floats, Plan, Region, Unsure, moved
from rgt_tui.verifiers._content import File
from rgt_tui.verifiers._names import strangers
from rgt_tui.verifiers._pickles import LARGEST, Walked, walk
from rgt_tui.verifiers._zips import Archive, content, find, read_archive

FLOATS = {"Half": "f16", "BFloat16": "bf16", "Float": "f32", "Double": "f64",
          "ComplexFloat": "f32", "ComplexDouble": "f64"}  # fmt: skip


def plan_of(file: File) -> Plan:
    """Checks the archive; every record's CRC and the graph are left for the full pass.

    Raises:
        Broken: it is no whole archive of torch.
    """
    archive = read_archive(file)
    check_folder(archive)
    floats: List[Floats] = []

    def deep() -> str:
        said, walked = graph(file, archive)
        floats[:] = floats_in(file, archive, walked)
        return said + ("" if archive.has_crc else "; written without checksums")

    return Plan(archive.regions(), unsummed(archive), deep, floats=lambda: floats)


def unsummed(archive: Archive) -> Tuple[Extent, ...]:
    """The storages of an archive that was written without checksums; none of another."""
    return tuple(
        Extent(m.name, m.data, m.data + m.size, 0)
        for m in archive.members.values()
        if "/data/" in m.name and not archive.has_crc
    )


def floats_in(file: File, archive: Archive, walked: Walked) -> List[Floats]:
    """The storages of numbers; none where they were written big-endian."""
    order = find(archive, "byteorder")
    if order is not None and content(file, order, 16) != b"little":
        return []
    found = []
    for key, storage in walked.storages.items():
        record = find(archive, f"data/{key}")
        if record is not None and storage.kind in FLOATS and not record.method:
            end = record.data + record.size
            found.append(Floats(f"storage {key}", record.data, end, FLOATS[storage.kind]))
    return found


def check_folder(archive: Archive) -> None:
    """Makes sure that an archive is one of torch's.

    Raises:
        Broken: it is not.
    """
    if find(archive, "data.pkl") is None:
        raise Broken("the archive has no data.pkl")
    tops = {name.partition("/")[0] for name in archive.members}
    if len(tops) != 1:
        raise Broken(f"the archive has {len(tops)} folders, torch writes one")
    leading = next((name for name in archive.members if ".." in name.split("/")), "")
    if leading:
        raise Broken(f"the archive has a record at {leading!r}, outside of its folder")
    version = find(archive, "version") or find(archive, ".data/version")
    if version is not None and version.size > 16:
        raise Broken("its version record is damaged")


def graph(file: File, archive: Archive) -> Tuple[str, Walked]:
    """Walks `data.pkl`: each tensor lies within its storage, each storage has its record.

    Raises:
        Broken: something is missing or does not fit.
        Unsure: the pickle names classes on no list, or records nobody refers to.
    """
    member = find(archive, "data.pkl")
    assert member is not None  # noqa: S101  # `check_folder` has seen it
    walked = walk(content(file, member, LARGEST), "data.pkl")
    check_tensors(walked)
    total = 0
    for key, storage in walked.storages.items():
        record = find(archive, f"data/{key}")
        if record is None:
            raise Broken(f"the bytes of storage {key} are missing")
        if storage.item and record.size != storage.elements * storage.item:
            raise Broken(f"storage {key} has {record.size} bytes, its tensors were saved with "
                         f"{storage.elements * storage.item}")  # fmt: skip
        total += record.size
    _check_orphans(archive, walked)
    strange = strangers(walked.named, walked.called)
    if strange:
        raise Unsure(f"it names classes that are on no list: {strange}")
    said = f"{len(walked.tensors)} tensors on {len(walked.storages)} storages, {total} bytes"
    return said, walked


class Item(NamedTuple):
    """An archive of torch's within another file: how it is called there, and where it begins."""

    label: str
    start: int
    file: File
    archive: Archive

    def regions(self) -> List[Region]:
        """Its records, by their places in the outer file."""
        return moved(self.archive.regions(), self.start)

    def extents(self) -> List[Extent]:
        """What of it has no checksum, by its place in the outer file."""
        return moved(unsummed(self.archive), self.start)


def walk_items(name: str, items: Sequence[Item], floats: List[Floats]) -> str:
    """Walks the pickle of each item inertly, and tells the numbers on its storages.

    Raises:
        Broken, Unsure: as `graph`, with the item's name.
    """
    tensors = 0
    for label, start, item, archive in items:
        where = f"{name}, {label}"
        try:
            check_folder(archive)
            walked = graph(item, archive)[1]
        except Broken as error:
            raise Broken(f"{where}: {error}") from error
        except Unsure as error:
            raise Unsure(f"{where}: {error}") from error
        tensors += len(walked.tensors)
        found = moved(floats_in(item, archive, walked), start)
        floats += [one._replace(name=f"{one.name} of {label}") for one in found]
    return f"{len(items)} items with checksums, {tensors} tensors"


def _check_orphans(archive: Archive, walked: Walked) -> None:
    keys = [n.partition("/data/")[2] for n in archive.members if "/data/" in n]
    orphans = [key for key in keys if key and key not in walked.storages]
    if orphans:
        raise Unsure(f"{len(orphans)} records belong to no tensor, {orphans[0]} first")


def check_tensors(walked: Walked) -> None:
    """Makes sure that each tensor fits its storage.

    Raises:
        Broken: one reaches beyond.
    """
    for tensor in walked.tensors:
        if tensor.reach > tensor.storage.elements:
            raise Broken(
                f"a tensor needs {tensor.reach} elements of storage {tensor.storage.key}, "
                f"which has {tensor.storage.elements}"
            )


def top_level(file: File) -> Any:
    """The saved value of a torch file, inert: for what a folder wants to know of it.

    Raises:
        Broken, Unsure: it cannot be walked.
    """
    archive = read_archive(file)
    member = find(archive, "data.pkl")
    if member is None:
        raise Broken("the archive has no data.pkl")
    return walk(content(file, member, LARGEST), "data.pkl").value


def names_in(file: File) -> List[str]:
    """The tensor names of a state dict saved by torch: its top-level keys."""
    value = top_level(file)
    return [key for key in value if isinstance(key, str)] if isinstance(value, dict) else []
