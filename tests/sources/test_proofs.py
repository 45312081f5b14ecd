"""Proofs are gathered on the Pod, over real SSH, and hold only while nothing changes."""

import asyncio
import zlib
from pathlib import Path

from rgt_tui.clients.pod_verifier import list_checkpoints, verify_on_pod
from rgt_tui.domain.checkpoint import Checkpoint, CheckpointList, FileStamp, Level, Verdict
from rgt_tui.domain.evidence import Evidence, Observed
from rgt_tui.simulator.files import safetensors, trainer_checkpoint
from rgt_tui.sources.proofs import TOGETHER, TOGETHER_BYTES, next_together, next_unproven
from tests.clients.sshd import running_sshd


def test_files_of_a_real_host_are_listed_and_verified_over_one_connection(tmp_path: Path) -> None:
    home = tmp_path / "sshd"
    home.mkdir()
    data = tmp_path / "data"
    for file in trainer_checkpoint("out", 500, 100):
        place = data / file.path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(file.content)
    (data / "odd\nname.safetensors").write_bytes(safetensors(1)[:-1])
    (data / "my.weights").write_bytes(b"a format of one's own")
    (data / "notes.txt").write_bytes(b"hello")
    (data / "link.safetensors").symlink_to("/etc/passwd")
    (data / "out" / "model.safetensors.tmp").write_bytes(b"half")

    async def body() -> tuple[CheckpointList, dict[str, Verdict]]:
        with running_sshd(home) as server:
            async with server.pool() as pool:
                found = await list_checkpoints(
                    pool, server.target(), roots=(str(data),), globs=("*.weights", "/nowhere/*")
                )
                proven = await verify_on_pod(pool, server.target(), [str(data)], Level.FULL)
        return found, {proof.stamp.path: proof.verdict for proof in proven.files}

    found, verdicts = asyncio.run(body())
    assert found.gaps == (f"{data}/link.safetensors leads out of what was listed",)
    by_name = {Path(one.path).name: one for one in found.checkpoints}
    assert by_name["checkpoint-500"].step == 500
    assert by_name["model.safetensors.tmp"].unfinished
    assert by_name["odd\nname.safetensors"].shown == f"{data}/odd\\x0aname.safetensors"
    assert by_name["my.weights"].format == "named"
    assert "notes.txt" not in by_name
    assert [Path(link.path).name for link in found.links] == ["link.safetensors"]
    assert verdicts[str(data / "odd\nname.safetensors")] is Verdict.BROKEN
    assert verdicts[str(data / "out/checkpoint-500/model.safetensors")] is Verdict.OK
    settled = [one for one in found.checkpoints if not one.unfinished]
    seen = Observed(CheckpointList(checkpoints=tuple(settled), pod_now=found.pod_now), 1.0)
    evidence = Evidence().after(CheckpointList, seen)
    assert next_unproven(evidence) is (settled[0] if settled else None)


def settled(*sizes: int, group_at: int = -1) -> Evidence:
    """Checkpoints of so many bytes; one of them a folder of two files."""

    def stamp(path: str, size: int) -> FileStamp:
        return FileStamp(
            path=path, size=size, mtime_ns=1, ctime_ns=1, inode=zlib.crc32(path.encode())
        )

    found = []
    for number, size in enumerate(sizes):
        path = f"/workspace/{number}.safetensors"
        files: tuple[FileStamp, ...] = (stamp(path, size),)
        if number == group_at:
            path = f"/workspace/checkpoint-{number}"
            files = (stamp(f"{path}/a", size), stamp(f"{path}/b", size))
        found.append(Checkpoint(path=path, format="safetensors", files=files))
    return Evidence().after(CheckpointList, Observed(CheckpointList(checkpoints=tuple(found)), 1.0))


def test_small_files_are_asked_for_together_and_a_group_alone() -> None:
    many = settled(*[1000] * (TOGETHER + 5))
    assert len(next_together(many)) == TOGETHER
    assert len(next_together(settled(1000, 1000, 1000, group_at=2))) == 2
    assert len(next_together(settled(1000, 1000, group_at=0))) == 1
    assert len(next_together(settled(TOGETHER_BYTES * 9, 1000))) == 1
    assert len(next_together(settled(1000, TOGETHER_BYTES))) == 1
    assert next_together(Evidence()) == ()
