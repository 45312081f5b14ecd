"""A real S3 server on loopback (moto's) that holds network volumes for a test."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import boto3
from moto.server import ThreadedMotoServer

REGION = "eu-ro-1"


def client(origin: str, region: str = REGION) -> Any:
    """A client of the server, as somebody else would use it."""
    return boto3.client(
        "s3",
        endpoint_url=origin,
        region_name=region,
        aws_access_key_id="user_x",
        aws_secret_access_key="rps_x",
    )


@contextmanager
def serving(volumes: Mapping[str, Mapping[str, bytes]], region: str = REGION) -> Iterator[str]:
    """The origin of a server that holds these volumes: id, then path and content of each file."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    _, port = server.get_host_and_port()
    origin = f"http://127.0.0.1:{port}"
    s3 = client(origin, region)
    for bucket, files in volumes.items():
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": region})
        for key, content in files.items():
            s3.put_object(Bucket=bucket, Key=key, Body=content)
    try:
        yield origin
    finally:
        for bucket in volumes:  # moto keeps what it holds for the whole process
            for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
                for item in page.get("Contents", []):
                    s3.delete_object(Bucket=bucket, Key=item["Key"])
            s3.delete_bucket(Bucket=bucket)
        s3.close()
        server.stop()
