"""A real S3 server on loopback (moto's) that holds network volumes for a test."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import boto3
from moto.server import ThreadedMotoServer


@contextmanager
def serving(volumes: Mapping[str, Mapping[str, bytes]]) -> Iterator[str]:
    """The origin of a server that holds these volumes: id, then path and content of each file."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    _, port = server.get_host_and_port()
    origin = f"http://127.0.0.1:{port}"
    s3 = boto3.client(
        "s3",
        endpoint_url=origin,
        region_name="eu-ro-1",
        aws_access_key_id="user_x",
        aws_secret_access_key="rps_x",
    )
    for bucket, files in volumes.items():
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-ro-1"})
        for key, content in files.items():
            s3.put_object(Bucket=bucket, Key=key, Body=content)
    try:
        yield origin
    finally:
        for bucket in volumes:  # moto keeps what it holds for the whole process
            for item in s3.list_objects_v2(Bucket=bucket).get("Contents", []):
                s3.delete_object(Bucket=bucket, Key=item["Key"])
            s3.delete_bucket(Bucket=bucket)
        s3.close()
        server.stop()
