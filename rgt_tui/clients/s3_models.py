"""The weights that ONNX models on a network volume keep in objects of their own.

Nothing but the model tells which they are: its fields are read by ranges, as in a Pod's walk.
"""

import asyncio
import posixpath
from collections.abc import Mapping
from typing import Final

from rgt_tui.clients.ranged import Blocks, RangedFile
from rgt_tui.clients.s3 import S3
from rgt_tui.clients.s3_open import opener
from rgt_tui.domain.errors import ApiError
from rgt_tui.domain.text import clean
from rgt_tui.verifiers import MISFITS, Unsure, unfollowed
from rgt_tui.verifiers.onnx import inside_of, outside_of

MODELS_MAX: Final = 100
ENDING: Final = ".onnx"


async def weights_of_models(
    s3: S3, bucket: str, sizes: Mapping[str, int], gate: asyncio.Semaphore
) -> tuple[dict[str, str], list[str]]:
    """Keys of such objects with the key of their model, and what is missing or was not looked at.

    Args:
        s3: the opened interface.
        bucket: the volume.
        sizes: bytes of every object of the volume's listing by key.
        gate: how many are read at once.
    """
    models = sorted(key for key in sizes if key.lower().endswith(ENDING) and sizes[key])
    gaps = []
    if len(models) > MODELS_MAX:
        gaps.append(f"{len(models) - MODELS_MAX} of {len(models)} ONNX models, for their weights")

    async def one(model: str) -> tuple[str, set[str] | str]:
        async with gate:
            return model, await _named_by(s3, bucket, model, sizes[model])

    found: dict[str, str] = {}
    for model, named in await asyncio.gather(*map(one, models[:MODELS_MAX])):
        shown = clean(model, 200)
        if isinstance(named, str):
            gaps.append(f"{shown}: {named}")
            continue
        missing = sorted(key for key in named if key not in sizes)
        gaps += [f"{shown}: its weights {clean(it, 200)} are not there" for it in missing[:5]]
        found.update((key, model) for key in named if key in sizes and key != model)
    return found, gaps


async def _named_by(s3: S3, bucket: str, model: str, size: int) -> set[str] | str:
    """Keys that a model names within its folder; why that is not known, where it is not."""
    file = RangedFile(posixpath.basename(model), Blocks(size, opener(s3, bucket)(model)))
    try:
        outside = await asyncio.to_thread(outside_of, file)
    except (Unsure, ApiError) as why:
        return clean(str(why), 200)
    except MISFITS as error:
        return unfollowed(error)
    inside = {inside_of(one.location) for one in outside}
    folder = posixpath.dirname(model)
    return {posixpath.normpath(posixpath.join(folder, name)) for name in inside if name}
