"""Opens the S3 interface that belongs to a network volume, and asks the two questions there are."""

import os
from collections.abc import Mapping

from rgt_tui.clients.s3 import RANGE_MAX, S3, S3Keys
from rgt_tui.clients.s3_keys import ENDPOINT_VARIABLE, MISSING, find_s3_keys
from rgt_tui.domain.errors import NoCredentials, UsageError
from rgt_tui.domain.header import (
    PREFIX,
    HeaderCheck,
    check_safetensors,
    header_length,
    recognise,
)
from rgt_tui.domain.objects import no_s3, s3_endpoint
from rgt_tui.domain.volume import NetworkVolume


def endpoint_of(volume: NetworkVolume, environment: Mapping[str, str] = os.environ) -> str | None:
    """Where a volume can be read without a Pod; None when its data center has no S3 interface."""
    return environment.get(ENDPOINT_VARIABLE, "").strip() or s3_endpoint(volume.data_center)


def s3_of(volume: NetworkVolume, keys: S3Keys | None = None) -> S3:
    """The connection to the interface of a volume, still to be opened; it only reads.

    Raises:
        UsageError: the data center has no S3 interface.
        NoCredentials: there is no S3 key.
    """
    endpoint = endpoint_of(volume)
    if endpoint is None:
        raise UsageError(no_s3(volume.data_center))
    found = keys or find_s3_keys()
    if found is None:
        raise NoCredentials("The S3 interface needs a key of its own.", hint=MISSING)
    return S3(endpoint=endpoint, region=(volume.data_center or "").lower(), keys=found)


async def verify_header(s3: S3, bucket: str, key: str, size: int) -> HeaderCheck:
    """What the header of one object proves, by two ranged reads at most.

    Raises:
        ApiError: it could not be read.
    """
    prefix = await s3.get(bucket, key, 0, PREFIX) if size else b""
    length = header_length(prefix, size) if key.endswith(".safetensors") else None
    if length is None:
        return recognise(key, prefix, size)
    if length > RANGE_MAX:
        return HeaderCheck("unknown", "safetensors", "its header is too long to be read here")
    return check_safetensors(await s3.get(bucket, key, PREFIX, length), size)
