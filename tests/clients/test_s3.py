"""The S3 client against a real local S3 server (moto's), and against servers that misbehave."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from aiohttp import web

from rgt_tui.clients.s3 import S3, S3Keys
from rgt_tui.clients.s3_keys import find_s3_keys
from rgt_tui.domain.errors import (
    Ambiguous,
    Forbidden,
    GuardRefused,
    NotFound,
    NotSent,
    Refused,
    Unreadable,
)
from rgt_tui.domain.objects import S3_DATA_CENTERS, is_trash, no_s3, s3_endpoint
from rgt_tui.domain.secret import Secret
from tests.clients.buckets import serving

REGION = "us-ks-2"
BUCKET = "2q9m7x4c"
KEYS = S3Keys(access="user_abc", secret=Secret("rps_def"), source="a test")
ODD = "odd/a b+c ü#?%25&=~'.bin"
FILES = {
    "ckpt/step-1/model.safetensors": b"0123456789" * 1000,
    "ckpt/step-2/model.safetensors": b"x" * 10,
    "data/train.bin": b"",
    "readme.txt": b"hello",
    ".Trash-0/files/old.bin": b"trash",
    ".Trash-0/files/older.bin": b"trash",
    ODD: b"odd",
}


@pytest.fixture(scope="module")
def served() -> Iterator[str]:
    """The origin of an S3 server that holds one bucket of files."""
    many = {f"many/{number:04d}": b"" for number in range(21)}
    with serving({BUCKET: FILES | many}, REGION) as origin:
        yield origin


@pytest.fixture
async def s3(served: str) -> AsyncIterator[S3]:
    async with S3(endpoint=served, region=REGION, keys=KEYS, read_only=False, page=10) as opened:
        yield opened


async def test_one_level_is_listed_with_its_folders(s3: S3) -> None:
    top = await s3.list(BUCKET)
    assert [found.name for found in top.objects] == ["readme.txt"]
    assert top.folders == (".Trash-0/", "ckpt/", "data/", "many/", "odd/")
    assert top.is_whole
    below = await s3.list(BUCKET, "ckpt/")
    assert below.folders == ("ckpt/step-1/", "ckpt/step-2/")


async def test_all_levels_are_listed_over_as_many_pages_as_there_are(s3: S3) -> None:
    everything = await s3.list(BUCKET, deep=True)
    assert len(everything.objects) == len(FILES) + 21
    assert everything.bytes_known == sum(map(len, FILES.values()))
    assert everything.folders == ()


async def test_a_list_that_is_cut_says_so(s3: S3) -> None:
    assert not (await s3.list(BUCKET, "many/", limit=10)).is_whole


async def test_head_tells_size_checksum_and_time(s3: S3) -> None:
    found = await s3.head(BUCKET, "readme.txt")
    assert found.size == 5
    assert found.md5 == hashlib.md5(b"hello").hexdigest()
    assert found.modified is not None


async def test_a_range_is_read_and_no_more(s3: S3) -> None:
    key = "ckpt/step-1/model.safetensors"
    assert await s3.get(BUCKET, key, 0, 8) == b"01234567"
    assert await s3.get(BUCKET, key, 9_995, 100) == b"56789"
    assert await s3.get(BUCKET, key, 20_000, 10) == b""


async def test_names_with_every_odd_character_are_asked_for_as_they_are(s3: S3) -> None:
    listed = await s3.list(BUCKET, "odd/")
    assert [found.key for found in listed.objects] == [ODD]
    assert await s3.get(BUCKET, ODD, 0, 10) == b"odd"


async def test_what_is_not_there_is_not_found(s3: S3) -> None:
    with pytest.raises(NotFound):
        await s3.head(BUCKET, "nothing")
    with pytest.raises(NotFound, match="NoSuchKey"):
        await s3.get(BUCKET, "nothing", 0, 1)
    with pytest.raises(NotFound, match="NoSuchBucket"):
        await s3.list("nobucket")


async def test_one_object_is_deleted_and_no_other(s3: S3) -> None:
    await s3.delete(BUCKET, ".Trash-0/files/old.bin")
    with pytest.raises(NotFound):
        await s3.head(BUCKET, ".Trash-0/files/old.bin")
    assert (await s3.head(BUCKET, "readme.txt")).size == 5


async def test_a_read_only_connection_deletes_nothing(served: str) -> None:
    async with S3(endpoint=served, region=REGION, keys=KEYS) as s3:
        with pytest.raises(GuardRefused):
            await s3.delete(BUCKET, ".Trash-0/files/older.bin")
        assert (await s3.head(BUCKET, ".Trash-0/files/older.bin")).size == 5


async def test_what_lies_in_no_trash_folder_is_never_deleted(s3: S3) -> None:
    with pytest.raises(GuardRefused, match="trash folder"):
        await s3.delete(BUCKET, "readme.txt")
    assert (await s3.head(BUCKET, "readme.txt")).size == 5


@pytest.mark.parametrize("bucket", ["", "../x", "a/b", "a?b", "ä"])
async def test_what_is_no_id_of_a_volume_is_not_sent(s3: S3, bucket: str) -> None:
    with pytest.raises(NotSent):
        await s3.list(bucket)


Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Faulty:
    """A server that answers what a test wants, and notes what it was asked."""

    def __init__(self, handler: Handler) -> None:
        self.handler = handler
        self.asked: list[web.Request] = []

    async def __aenter__(self) -> S3:
        app = web.Application()
        app.router.add_route("*", "/{tail:.*}", self._handle)
        self._runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.05)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        origin = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        self._s3 = S3(endpoint=origin, region=REGION, keys=KEYS, read_only=False, deadline_s=5)
        return await self._s3.__aenter__()

    async def __aexit__(self, *_: object) -> None:
        await self._s3.__aexit__(None, None, None)
        await self._runner.cleanup()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request)
        return await self.handler(request)


def listing(inside: str) -> web.Response:
    text = f"<ListBucketResult>{inside}</ListBucketResult>"
    return web.Response(text=text, content_type="application/xml")


async def test_a_502_is_tried_again_until_it_passes() -> None:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(status=502) if len(faulty.asked) < 4 else web.Response(text="ok")

    faulty = Faulty(answer)
    async with faulty as s3:
        assert await s3.get(BUCKET, "a", 0, 10) == b"ok"
    assert len(faulty.asked) == 4


async def test_a_delete_is_sent_once_whatever_comes_back() -> None:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(status=502)

    faulty = Faulty(answer)
    async with faulty as s3:
        with pytest.raises(Ambiguous):
            await s3.delete(BUCKET, ".Trash-0/a")
    assert len(faulty.asked) == 1


async def test_a_token_that_comes_twice_ends_in_words_and_not_in_a_circle() -> None:
    async def answer(request: web.Request) -> web.Response:
        return listing(
            "<IsTruncated>true</IsTruncated><NextContinuationToken>t</NextContinuationToken>"
        )

    async with Faulty(answer) as s3:
        with pytest.raises(Unreadable, match="do not end"):
            await s3.list(BUCKET)


async def test_a_refused_pair_says_which_key_belongs_here_and_shows_none() -> None:
    async def answer(request: web.Request) -> web.Response:
        body = "<Error><Code>SignatureDoesNotMatch</Code></Error>"
        return web.Response(status=403, text=body, content_type="application/xml")

    async with Faulty(answer) as s3:
        with pytest.raises(Forbidden, match="SignatureDoesNotMatch") as refused:
            await s3.get(BUCKET, "a", 0, 1)
    assert "S3 API key" in refused.value.hint
    assert "rps_def" not in f"{refused.value.message}{refused.value.hint}{refused.value!r}"


@pytest.mark.parametrize(
    "body",
    [
        "no xml",
        "<Other/>",
        '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]><ListBucketResult>&a;</ListBucketResult>',
    ],
)
async def test_an_answer_that_is_no_list_is_unreadable(body: str) -> None:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(text=body, content_type="application/xml")

    async with Faulty(answer) as s3:
        with pytest.raises(Unreadable):
            await s3.list(BUCKET)


async def test_a_service_that_ignores_ranges_is_not_read_to_its_end() -> None:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(body=b"0123456789" * 100_000)

    async with Faulty(answer) as s3:
        assert await s3.get(BUCKET, "a", 0, 4) == b"0123"
        with pytest.raises(Unreadable, match="ignores ranges"):
            await s3.get(BUCKET, "a", 100, 4)


async def test_a_redirect_is_not_followed() -> None:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(status=307, headers={"Location": "http://127.0.0.1:1/"})

    async with Faulty(answer) as s3:
        with pytest.raises(Refused, match="307"):
            await s3.list(BUCKET)


async def test_a_server_that_falls_silent_ends_at_the_deadline() -> None:
    async def answer(request: web.Request) -> web.Response:
        await asyncio.sleep(60)
        return web.Response()

    faulty = Faulty(answer)
    async with faulty as s3:
        s3._deadline_s = 0.2
        with pytest.raises(Ambiguous, match="no answer in time"):
            await s3.head(BUCKET, "a")


async def test_a_hostile_name_is_shown_cleaned_and_asked_for_as_it_is() -> None:
    async def answer(request: web.Request) -> web.Response:
        return listing("<Contents><Key>a&#x202e;b</Key><Size>x</Size></Contents>")

    async with Faulty(answer) as s3:
        found = (await s3.list(BUCKET)).objects[0]
    assert found.name == "a\\u202eb"
    assert found.size is None
    assert "\u202e" not in repr(found)


def test_only_fifteen_data_centers_have_an_s3_interface() -> None:
    assert len(S3_DATA_CENTERS) == 15
    assert s3_endpoint("EU-RO-1") == "https://s3api-eu-ro-1.runpod.io"
    assert s3_endpoint("US-TX-3") is None
    assert s3_endpoint(None) is None
    assert no_s3("US-TX-3").startswith("US-TX-3 has no S3 interface")


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        (".Trash-0/files/a", True),
        (".Trash-1001/a", True),
        (".Trash-x/a", False),
        ("x/.Trash/a", True),
        ("Trash/a", False),
        (".Trashy/a", False),
    ],
)
def test_trash_is_what_lies_in_a_trash_folder(key: str, expected: bool) -> None:
    assert is_trash(key) is expected


def test_the_pair_comes_from_the_environment_or_from_its_own_profile(tmp_path: Path) -> None:
    file = tmp_path / "credentials"
    file.write_text(
        "[default]\naws_access_key_id = AKIA\naws_secret_access_key = aws\n"
        "[runpod]\naws_access_key_id = user_f\naws_secret_access_key = rps_f\n"
    )
    file.chmod(0o600)
    by_file = {"AWS_SHARED_CREDENTIALS_FILE": str(file)}
    found = find_s3_keys(by_file)
    assert found is not None
    assert (found.access, found.secret.reveal()) == ("user_f", "rps_f")
    both = {**by_file, "RUNPOD_S3_ACCESS_KEY": "user_e", "RUNPOD_S3_SECRET_KEY": "rps_e"}
    found = find_s3_keys(both)
    assert found is not None
    assert found.access == "user_e"
    assert "rps_e" not in repr(found)


def test_an_aws_key_is_never_taken_for_runpods(tmp_path: Path) -> None:
    file = tmp_path / "credentials"
    file.write_text("[default]\naws_access_key_id = AKIA\naws_secret_access_key = aws\n")
    environment = {"AWS_SHARED_CREDENTIALS_FILE": str(file), "AWS_ACCESS_KEY_ID": "AKIA"}
    assert find_s3_keys(environment) is None
