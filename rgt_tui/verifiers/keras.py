"""Keras 3's `.keras`: a zip with the configuration and the weights as HDF5, each with its CRC."""

from __future__ import annotations

import json

from rgt_tui.verifiers import Broken, Plan, Proves, Unsure, Verifier
from rgt_tui.verifiers._content import File
from rgt_tui.verifiers._zips import Archive, content, inflate, read_archive

_CONFIG_MAX = 32 << 20


def check(file: File) -> Plan:
    """Configuration and weights must be there."""
    archive = read_archive(file)
    for name in ("config.json", "metadata.json", "model.weights.h5"):
        if name not in archive.members:
            raise Broken(f"the archive has no {name}")
    return Plan(archive.regions(), (), lambda: _deep(file, archive))


def _deep(file: File, archive: Archive) -> str:
    for member in archive.members.values():
        if member.method and member.name.endswith(".h5"):
            inflate(file, member)
    try:
        json.loads(content(file, archive.members["config.json"], _CONFIG_MAX).decode("utf-8"))
    except ValueError as error:
        raise Broken("its configuration is no JSON") from error
    if not archive.has_crc:
        raise Unsure("it was written without checksums")
    return f"{len(archive.members)} records"


VERIFIER = Verifier(
    name="keras",
    title="Keras 3 (.keras)",
    rank=10,
    matches=lambda head, name: name.lower().endswith(".keras"),
    check=check,
    proves=Proves(
        structure="every byte belongs to a record; configuration and weights are there",
        full="CRC-32 of the weights and of the configuration",
        load="needs keras; not done here",
        never="whether the weights fit the configuration",
    ),
)
