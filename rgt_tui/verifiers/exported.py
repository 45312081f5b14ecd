"""`torch.export.save`: a zip with a program as JSON and its weights, each record with its CRC.

Layout: torch 2.13 `export/pt2_archive/constants.py`. Before 2.8 it had other records, with pickles in them.
"""

from __future__ import annotations

import json
from typing import List

from rgt_tui.verifiers import Broken, Floats, Plan, Proves, Verifier
from rgt_tui.verifiers._content import File
from rgt_tui.verifiers._torch import Item, walk_items
from rgt_tui.verifiers._zips import Archive, content, find, read_archive

_JSON_MAX = 64 << 20
_CONFIGS = ("data/weights/model_weights_config.json", "data/constants/model_constants_config.json")
_OLD = "serialized_exported_program.json"


def _matches(head: bytes, name: str) -> bool:
    return head[:4] == b"PK\3\4" and name.lower().endswith(".pt2")


def check(file: File) -> Plan:
    """The archive, and a record for each tensor that its tables name."""
    archive = read_archive(file)
    is_old = any(name.rpartition("/")[2] == _OLD for name in archive.members)
    if not is_old and find(archive, "archive_format") is None:
        raise Broken("the archive holds no exported program")
    return Plan(archive.regions(), deep=lambda: _deep(file, archive), said="an exported program")


def _deep(file: File, archive: Archive) -> str:
    """The tables and what is pickled in it: inputs for example, weights of older versions."""
    named = sum(_named(file, archive, config) for config in _CONFIGS)
    items: List[Item] = []
    for member in archive.members.values():
        if member.size > 4 and file.read(member.data, 4) == b"PK\3\4" and not member.method:
            item = file.part(member.data, member.size)
            items.append(Item(member.name, member.data, item, read_archive(item)))
    floats: List[Floats] = []
    said = walk_items(file.name, items, floats)
    summed = "" if archive.has_crc else "; written without checksums"
    return f"an exported program of {named} tensors; {said}{summed}"


def _named(file: File, archive: Archive, config: str) -> int:
    """How many tensors a table names; each has a record beside the table."""
    member = find(archive, config)
    if member is None:
        return 0
    try:
        rows = json.loads(content(file, member, _JSON_MAX).decode("utf-8"))["config"]
        names = [row["path_name"] for row in rows.values() if isinstance(row["path_name"], str)]
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise Broken(f"{config} is no table of tensors") from error
    folder = config.rpartition("/")[0]
    for name in names:
        if find(archive, f"{folder}/{name}") is None:
            raise Broken(f"the bytes of {name} are missing")
    return len(names)


VERIFIER = Verifier(
    name="torch-export",
    title="PyTorch exported program (.pt2)",
    rank=30,
    matches=_matches,
    check=check,
    proves=Proves(
        structure="every byte belongs to a record; both directories agree",
        full="CRC-32 of every record; each tensor of its tables has one; no hostile pickle",
        load="needs the program's own operators; not done here",
        never="files saved with set_crc32_options(False) carry no checksum",
    ),
)
