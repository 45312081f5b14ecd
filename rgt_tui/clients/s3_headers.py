"""What the tables of the objects of a folder prove, one object after the other.

The weights that an ONNX model keeps in objects of their own have no table: the model's verdict is theirs.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Final

from rgt_tui.clients.s3 import S3
from rgt_tui.clients.s3_models import weights_of_models
from rgt_tui.clients.s3_open import verify_header
from rgt_tui.domain.errors import ApiError
from rgt_tui.domain.objects import HeaderCheck, StoredObject
from rgt_tui.domain.text import clean

HEADERS_MAX: Final = 50
"""Objects whose tables are read by one question; each costs two small requests or more."""
AT_ONCE: Final = 4


async def headers(
    s3: S3, bucket: str, objects: Sequence[StoredObject]
) -> AsyncIterator[tuple[StoredObject, HeaderCheck | ApiError]]:
    """The first `HEADERS_MAX` of them, with what their tables prove or why they were not read."""
    asked = objects[:HEADERS_MAX]
    sizes = {stored.key: stored.size or 0 for stored in asked}
    weights, _ = await weights_of_models(s3, bucket, sizes, asyncio.Semaphore(AT_ONCE))
    for stored in asked:
        model = weights.get(stored.key)
        if model is not None:
            said = f"weights of {clean(model, 200)}, whose verdict covers their size"
            yield stored, HeaderCheck("unknown", "onnx-data", said)
            continue
        try:
            check = await verify_header(s3, bucket, stored.key, stored.size or 0)
        except ApiError as error:
            yield stored, error
        else:
            yield stored, check
