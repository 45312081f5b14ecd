"""Ranges of files are compared between a real S3 server, a real host and held copies."""

from dataclasses import replace
from pathlib import Path

from rgt_tui.clients import holds
from rgt_tui.clients.s3 import S3, S3Keys
from rgt_tui.clients.s3_challenge import (
    BYTES,
    RANGES,
    Asked,
    Hashes,
    challenged,
    of_held,
    of_pod,
    to_ask,
)
from rgt_tui.domain.durable import Durable, Evident, Lies, NotDurable, Witness, durable
from rgt_tui.domain.secret import Secret
from rgt_tui.domain.stored import StoredVolume
from rgt_tui.domain.volume import MountKind
from rgt_tui.saved_facts import UNREAD
from rgt_tui.simulator.files import safetensors
from tests.clients.buckets import serving
from tests.clients.sshd import running_sshd
from tests.clients.test_holds import make
from tests.clients.test_s3_checkpoints import NOW, REGION, VOLUME, seen

LARGE = safetensors(3, tensors=4, elements=64 * 1024)
SMALL = safetensors(4)
FILES = {"a/same.safetensors": LARGE, "b/other.safetensors": LARGE, "c/small.safetensors": SMALL}


async def compare(
    origin: str, stored: StoredVolume, asked: Asked, elsewhere: Hashes
) -> StoredVolume:
    keys = S3Keys(access="user_abc", secret=Secret("rps_def"), source="a test")
    async with S3(endpoint=origin, region=REGION, keys=keys) as s3:
        return await challenged(s3, stored, asked, elsewhere)


async def test_a_pod_is_the_witness_and_speaks_against_other_bytes(tmp_path: Path) -> None:
    home, root = tmp_path / "sshd", tmp_path / "workspace"
    home.mkdir()
    for name, content in FILES.items():
        path = root / name
        path.parent.mkdir(parents=True)
        path.write_bytes(content if "other" not in name else content[:-BYTES] + bytes(BYTES))
    (root / "c/small.safetensors").unlink()
    with serving({VOLUME.id: FILES}, REGION) as origin, running_sshd(home) as server:
        stored = await seen(origin)
        asked = to_ask(stored)
        async with server.pool() as pool:
            elsewhere = await of_pod(pool, server.target(), str(root), asked)
        found = await compare(origin, stored, asked, elsewhere)
    assert set(asked) == set(FILES)
    assert len(asked["a/same.safetensors"]) == RANGES
    assert asked["c/small.safetensors"] == ((0, len(SMALL)),)
    assert found.looks["a/same.safetensors"].ranges == (RANGES, RANGES)
    equal, of = found.looks["b/other.safetensors"].ranges
    assert (equal < of, of) == (True, RANGES)
    assert found.looks["c/small.safetensors"].ranges == (0, 0)
    lies = Lies(
        real_path="/workspace", mount="/workspace", kind=MountKind.NETWORK,
        label="network volume runs", place=found.place,
    )  # fmt: skip
    kept = {
        one.path: durable(
            replace(UNREAD, stamp=one.files[0]),
            Evident(lies=lies, looks=[found.looks[one.files[0].path]]),
            NOW,
        )
        for one in found.checkpoints
    }
    good = kept["a/same.safetensors"]
    assert isinstance(good, tuple)
    assert isinstance(good[0], Durable)
    assert Witness.RANGES in good[0].witnesses
    bad = kept["b/other.safetensors"]
    assert isinstance(bad, NotDurable)
    assert "S3 gave other bytes" in bad.why
    small = kept["c/small.safetensors"]
    assert isinstance(small, tuple)
    assert Witness.RANGES not in small[0].witnesses


async def test_a_held_copy_of_the_same_state_is_the_witness_without_a_pod(tmp_path: Path) -> None:
    copy, hold = make(tmp_path)
    with serving({VOLUME.id: {"model.safetensors": copy.read_bytes()}}, REGION) as origin:
        stored = await seen(origin)
        look = stored.looks["model.safetensors"]
        assert look.modified is not None
        asked = to_ask(stored)
        for late_s, expected in ((1.0, (1, 1)), (60.0, (0, 0))):
            remote = replace(
                hold.remote,
                path="/workspace/model.safetensors",
                mtime_ns=int((look.modified - late_s) * 1e9),
            )
            holds.write_index(
                str(Path(hold.proof.stamp.path).parent / holds.INDEX),
                [replace(hold, remote=remote)],
            )
            kept = holds.look(str(tmp_path / "holds"))
            elsewhere = of_held(kept, ["pod:p\0/workspace"], stored, asked)
            found = await compare(origin, stored, asked, elsewhere)
            assert found.looks["model.safetensors"].ranges == expected
            assert of_held(kept, ["pod:q\0/workspace"], stored, asked) == {}
