"""Keras 3's `.keras`: a zip with the configuration and the weights as HDF5, each with its CRC."""

from __future__ import annotations

import json
from typing import List, Optional

from rgt_tui.verifiers import Broken, Floats, Plan, Proves, Unsure, Verifier, moved
from rgt_tui.verifiers._content import File
from rgt_tui.verifiers._hdf5_contents import Contents
from rgt_tui.verifiers._zips import Archive, content, inflate, read_archive
from rgt_tui.verifiers.hdf5 import MAGIC, contents_of

_CONFIG_MAX = 32 << 20
_WEIGHTS = "model.weights.h5"


def check(file: File) -> Plan:
    """Configuration and weights must be there."""
    archive = read_archive(file)
    for name in ("config.json", "metadata.json", _WEIGHTS):
        if name not in archive.members:
            raise Broken(f"the archive has no {name}")
    floats: List[Floats] = []
    return Plan(archive.regions(), (), lambda: _deep(file, archive, floats), floats=lambda: floats)


def _deep(file: File, archive: Archive, floats: List[Floats]) -> str:
    for member in archive.members.values():
        if member.method and member.name.endswith(".h5"):
            head = inflate(file, member, len(MAGIC))
            if head != MAGIC:
                raise Broken(f"{member.name} is no HDF5")
    try:
        json.loads(content(file, archive.members["config.json"], _CONFIG_MAX).decode("utf-8"))
    except ValueError as error:
        raise Broken("its configuration is no JSON") from error
    if not archive.has_crc:
        raise Unsure("it was written without checksums")
    return f"{len(archive.members)} records, {_weights(file, archive, floats)}"


def _weights(file: File, archive: Archive, floats: List[Floats]) -> str:
    """What the weights are. Their bytes have a checksum: what cannot be read is a remark only."""
    member = archive.members[_WEIGHTS]
    if member.method:
        return "the weights are packed, their numbers were not looked at"
    contents, why = _contents(file.part(member.data, member.size))
    if contents is None:
        return f"the numbers of the weights were not looked at: {why}"
    floats += moved(contents.floats, member.data)
    return contents.deep() + (f"; {why}" if why else "")


def _contents(weights: File) -> "tuple[Optional[Contents], str]":
    try:
        contents = contents_of(weights)
    except Unsure as why:
        return None, str(why)
    except Broken as why:
        raise Broken(f"{_WEIGHTS}: {why}") from why
    return contents, contents.unread[0] if contents.unread else ""


VERIFIER = Verifier(
    name="keras",
    title="Keras 3 (.keras)",
    rank=10,
    matches=lambda head, name: name.lower().endswith(".keras"),
    check=check,
    proves=Proves(
        structure="every byte belongs to a record; configuration and weights are there",
        full="CRC-32 of the weights and of the configuration; NaN and infinity, as a warning",
        load="needs keras; not done here",
        never="whether the weights fit the configuration",
    ),
)
