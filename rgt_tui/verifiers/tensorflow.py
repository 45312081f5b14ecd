"""TensorFlow checkpoints: `<name>.index` and `<name>.data-<i>-of-<n>`."""

from __future__ import annotations

import re
from typing import Dict, Set, Tuple

from rgt_tui.verifiers import Broken, Proves, Unsure, Verifier
from rgt_tui.verifiers._folder import Folder

DATA = re.compile(r"(?P<stem>.+)\.data-(?P<number>\d{5})-of-(?P<count>\d{5})\Z")


def check(folder: Folder) -> str:
    """Every part of every set is there with its index; the content is not read."""
    sets: Dict[Tuple[str, int], Set[int]] = {}
    for found in filter(None, map(DATA.match, folder.files)):
        sets.setdefault((found["stem"], int(found["count"])), set()).add(int(found["number"]))
    for (stem, count), numbers in sets.items():
        missing = sorted(set(range(count)) - numbers)
        if missing:
            raise Broken(f"{stem}.data-{missing[0]:05d}-of-{count:05d} is missing")
        if not folder.size(f"{stem}.index"):
            raise Broken(f"{stem}.index is empty")
        for number in numbers:
            if not folder.size(f"{stem}.data-{number:05d}-of-{count:05d}"):
                raise Broken(f"{stem}.data-{number:05d}-of-{count:05d} is empty")
    raise Unsure("all parts are there; their content is read only by TensorFlow")


VERIFIER = Verifier(
    name="tensorflow",
    title="TensorFlow (.index + .data)",
    group=check,
    proves=Proves(
        structure="every part and its index are there",
        full="no more than structure: the verdict stays unknown",
        load="needs tensorflow; not done here",
        never="the bytes of its variables",
    ),
)
