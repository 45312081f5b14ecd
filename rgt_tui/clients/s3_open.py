"""Opens the S3 interface that belongs to a network volume, and asks the two questions there are."""

import asyncio
import os
import posixpath
from collections.abc import Callable, Mapping
from typing import Final, get_args

from rgt_tui.clients.ranged import Blocks, Fetch, RangedFile, RangedFolder
from rgt_tui.clients.s3 import S3, S3Keys
from rgt_tui.clients.s3_keys import ENDPOINT_VARIABLE, find_s3_keys, no_s3_key
from rgt_tui.domain.errors import NotFound, UsageError
from rgt_tui.domain.objects import HeaderCheck, Verdict, no_s3, s3_endpoint
from rgt_tui.domain.text import clean
from rgt_tui.domain.volume import NetworkVolume
from rgt_tui.verifiers import MISFITS, Broken, Unsure, all_verifiers, unfollowed
from rgt_tui.verifiers._check import structure_of

BESIDE_MAX: Final = 200
"""Objects that one model may have looked for; each costs a round trip."""


def endpoint_of(volume: NetworkVolume, environment: Mapping[str, str] = os.environ) -> str | None:
    """Where a volume can be read without a Pod; None when its data center has no S3 interface."""
    return environment.get(ENDPOINT_VARIABLE, "").strip() or s3_endpoint(volume.data_center)


def s3_of(volume: NetworkVolume, keys: S3Keys | None = None, *, read_only: bool = True) -> S3:
    """The connection to the interface of a volume, still to be opened; it only reads by default.

    Raises:
        UsageError: the data center has no S3 interface.
        NoCredentials: there is no S3 key.
    """
    endpoint = endpoint_of(volume)
    if endpoint is None:
        raise UsageError(no_s3(volume.data_center))
    found = keys or find_s3_keys()
    if found is None:
        raise no_s3_key()
    region = (volume.data_center or "").lower()
    return S3(endpoint=endpoint, region=region, keys=found, read_only=read_only)


async def verify_closure(
    s3: S3, bucket: str, group: tuple[str, str], sizes: Mapping[str, int]
) -> HeaderCheck:
    """Whether all parts of a checkpoint of several files are there and belong together.

    Args:
        s3: the opened interface.
        bucket: the volume.
        group: key of its folder, and its layout as the inventory names it.
        sizes: bytes of every object of the volume's listing by key.

    Raises:
        ApiError: something could not be read.
    """
    path, kind = group
    opened = opener(s3, bucket)
    verifier = next((v for v in all_verifiers() if v.name == kind and v.group is not None), None)
    if verifier is None or verifier.group is None:
        return HeaderCheck("unknown", kind, "")
    try:
        said = await asyncio.to_thread(verifier.group, RangedFolder(path, sizes, opened))
    except Broken as why:
        return HeaderCheck("broken", kind, clean(str(why), 300))
    except Unsure as why:
        return HeaderCheck("unknown", kind, clean(str(why), 300))
    except (*MISFITS, OSError) as error:
        return HeaderCheck("unknown", kind, unfollowed(error))
    return HeaderCheck("ok", kind, clean(said, 300))


async def verify_header(
    s3: S3, bucket: str, key: str, size: int, sizes: Mapping[str, int] | None = None
) -> HeaderCheck:
    """What the tables of one object prove, by as few ranged reads as they need.

    Args:
        s3: the opened interface.
        bucket: the volume.
        key: the object.
        size: bytes of it.
        sizes: of every object by key; without them each that an ONNX model names is asked for.

    Raises:
        ApiError: it could not be read.
    """
    file = RangedFile(key.rpartition("/")[2], Blocks(size, opener(s3, bucket)(key)))
    folder = key.rpartition("/")[0]
    if sizes is not None:
        file.beside = RangedFolder(folder, sizes, opener(s3, bucket)).size
    else:
        file.beside = _sizes_below(s3, bucket, folder)
    try:
        kind, judged = await asyncio.to_thread(structure_of, file)
    except MISFITS as error:
        return HeaderCheck("unknown", "unknown", unfollowed(error))
    except Unsure as why:
        return HeaderCheck("unknown", "unknown", clean(str(why), 300))
    verdict = next(v for v in get_args(Verdict) if v == judged.verdict)
    return HeaderCheck(verdict, kind, clean(judged.reason, 300))


def _sizes_below(s3: S3, bucket: str, folder: str) -> Callable[[str], int]:
    """Gives a verifier the bytes of an object by its path below a folder, by a HEAD of it."""
    loop = asyncio.get_running_loop()
    left = BESIDE_MAX

    def size(inside: str) -> int:
        nonlocal left
        left -= 1
        if left < 0:
            raise Unsure(f"it names more than {BESIDE_MAX} files: verify it in a Pod")
        asked = s3.head(bucket, posixpath.join(folder, inside))
        try:
            found = asyncio.run_coroutine_threadsafe(asked, loop).result()
        except NotFound as error:
            raise Broken(f"{inside} is missing") from error
        if found.size is None:
            raise Unsure(f"the size of {inside} was not told")
        return found.size

    return size


def opener(s3: S3, bucket: str) -> Callable[[str], Fetch]:
    """Gives the content of an object to a verifier, which runs in a thread of its own."""
    loop = asyncio.get_running_loop()

    def opened(key: str) -> Fetch:
        def fetch(start: int, count: int) -> bytes:
            asked = s3.get(bucket, key, start, count)
            return asyncio.run_coroutine_threadsafe(asked, loop).result()

        return fetch

    return opened
