import json
from dataclasses import replace

import pytest

from rgt_tui.domain.checkpoint import (
    Checkpoint,
    CheckpointProofs,
    Copy,
    CopyClass,
    FileProof,
    FileStamp,
    GroupProof,
    Level,
    Verdict,
    with_proofs,
)
from rgt_tui.domain.laid_out import laid_out
from rgt_tui.domain.manifest import BadManifest, Manifest, differences, from_table, to_pieces

STAMP = FileStamp(path="/workspace/a.pt", size=10, mtime_ns=5, ctime_ns=6, inode=7)
PROOF = FileProof(
    stamp=STAMP,
    sha256="ab",
    format="torch",
    verdict=Verdict.OK,
    level=Level.FULL,
    reason="whole",
    bytes_read=10,
    tool="rgt-tui 0",
)
COPY = Copy(
    place="local:box", path="/data/a.pt", kind=CopyClass.LOCKED, sha256="ab", at=1.0, witness="read"
)


def test_a_proof_counts_only_for_the_very_state_it_was_made_for() -> None:
    proofs = CheckpointProofs(files={STAMP.path: PROOF}, copies={"ab": (COPY,)})
    assert proofs.of(STAMP) is PROOF
    assert proofs.copies_of(STAMP) == (COPY,)
    for other in (
        replace(STAMP, size=99),
        replace(STAMP, mtime_ns=99),
        replace(STAMP, ctime_ns=99),
        replace(STAMP, inode=99),
    ):
        assert proofs.of(other) is None
        assert proofs.copies_of(other) == ()


def test_a_structure_check_without_a_hash_proves_nothing() -> None:
    assert PROOF.is_proven
    assert not replace(PROOF, level=Level.STRUCTURE).is_proven
    assert not replace(PROOF, sha256="").is_proven
    assert not replace(PROOF, verdict=Verdict.UNKNOWN).is_proven


def test_broken_beats_unknown_and_an_unverified_file_is_never_ok() -> None:
    other = replace(STAMP, path="/workspace/b.pt", inode=8)
    checkpoint = Checkpoint(path="/workspace", format="torch", files=(STAMP, other))
    proofs = CheckpointProofs(files={STAMP.path: PROOF})
    assert proofs.verdict_of(checkpoint) == (Verdict.UNKNOWN, "not verified yet")
    bad = replace(PROOF, stamp=other, verdict=Verdict.BROKEN, reason="cut")
    both = CheckpointProofs(files={STAMP.path: PROOF, other.path: bad})
    assert both.verdict_of(checkpoint) == (Verdict.BROKEN, "cut")
    good = CheckpointProofs(
        files={STAMP.path: PROOF, other.path: replace(PROOF, stamp=other)},
        groups={"/workspace": GroupProof(
            path="/workspace", format="x", verdict=Verdict.BROKEN, reason="a shard is missing"
        )},
    )  # fmt: skip
    assert good.verdict_of(checkpoint) == (Verdict.BROKEN, "a shard is missing")


@pytest.mark.parametrize(
    ("proof", "said"),
    [
        (replace(PROOF, stamp=replace(STAMP, ctime_ns=9)), "changed after it was listed"),
        (replace(PROOF, stamp=replace(STAMP, mtime_ns=4, ctime_ns=5)), "changed after it was verified"),
        (
            replace(PROOF, stamp=FileStamp(path=STAMP.path, size=0, mtime_ns=0, ctime_ns=0, inode=0),
                    verdict=Verdict.UNKNOWN, reason="it cannot be opened (EIO)"),
            "/workspace/a.pt: it cannot be opened (EIO)",
        ),
    ],
    ids=["changed meanwhile", "changed since", "unread"],
)  # fmt: skip
def test_why_other_bytes_than_those_listed_prove_nothing_is_said(
    proof: FileProof, said: str
) -> None:
    one = Checkpoint(path=STAMP.path, format="torch", files=(STAMP,))
    verdict, why = CheckpointProofs(files={STAMP.path: proof}).verdict_of(one)
    assert verdict is Verdict.UNKNOWN
    assert said in why


def test_files_that_only_their_group_judges_are_not_said_to_be_of_no_format() -> None:
    one = replace(STAMP, path="/run/300/d/0a")
    beside = replace(
        PROOF, stamp=one, format="unknown", verdict=Verdict.UNKNOWN, reason="no format"
    )
    known = CheckpointProofs(files={one.path: beside})
    whole = Checkpoint(path="/run/300", format="orbax", files=(one,))
    assert known.verdict_of(whole) == (
        Verdict.UNKNOWN,
        "its files were read; the whole of it is not judged yet",
    )
    alone = replace(whole, path=one.path)
    assert known.verdict_of(alone) == (Verdict.UNKNOWN, "no format")


def test_a_step_within_a_run_speaks_for_itself_and_not_for_the_run() -> None:
    """A Trainer's output folder is a checkpoint, and so is each `checkpoint-N` in it."""
    run, step = "/out", "/out/checkpoint-5"
    files = {it: replace(STAMP, path=f"{it}/model.safetensors") for it in (run, step)}
    kept = {it: Checkpoint(path=it, format="trainer", files=(files[it],)) for it in (run, step)}
    proofs = [replace(PROOF, stamp=stamp) for stamp in files.values()]
    groups = [
        GroupProof(path=run, format="trainer", verdict=Verdict.OK, reason="whole"),
        GroupProof(path=step, format="trainer", verdict=Verdict.BROKEN, reason="cut"),
    ]
    found = with_proofs(CheckpointProofs(), kept[run], proofs, groups)
    assert found.verdict_of(kept[run])[0] is Verdict.OK
    assert found.verdict_of(kept[step])[0] is Verdict.BROKEN
    assert kept[run].only == (files[run].path,)
    assert Checkpoint(path=STAMP.path, format="torch", files=(STAMP,)).only is None


def test_an_empty_checkpoint_is_not_ok() -> None:
    empty = Checkpoint(path="/x", format="torch", files=())
    assert CheckpointProofs().verdict_of(empty)[0] is Verdict.UNKNOWN


def test_two_names_of_one_file_count_once() -> None:
    twin = replace(STAMP, path="/workspace/hardlink.pt")
    assert Checkpoint(path="/workspace", format="torch", files=(STAMP, twin)).size == 10


def test_a_manifest_survives_json_and_a_changed_one_is_refused() -> None:
    hostile = replace(PROOF, stamp=replace(STAMP, path="/w/\udcff\n.pt"))
    manifest = Manifest(place="pod:x@1", files=(PROOF, hostile), at=3.0)
    text = "".join(laid_out(to_pieces(manifest)))
    assert text.isascii()
    assert from_table(json.loads(text)) == manifest
    with pytest.raises(BadManifest, match="digest"):
        from_table(json.loads(text.replace('"sha256": "ab"', '"sha256": "cd"', 1)))
    with pytest.raises(BadManifest, match="not a manifest"):
        from_table({})


def test_the_digest_does_not_depend_on_the_order_and_changes_with_every_field() -> None:
    twin = replace(PROOF, stamp=replace(STAMP, path="/b"))
    one = Manifest(place="p", files=(PROOF, twin), at=1.0)
    assert one.digest == Manifest(place="p", files=(twin, PROOF), at=2.0).digest
    for changed in (
        replace(PROOF, sha256="x"),
        replace(PROOF, verdict=Verdict.UNKNOWN),
        replace(PROOF, level=Level.LOAD),
        replace(PROOF, stamp=replace(STAMP, ctime_ns=1)),
    ):
        assert Manifest(place="p", files=(changed, twin), at=1.0).digest != one.digest


def test_differences_name_what_is_missing_changed_or_not_hashed() -> None:
    assert differences([("a", "1")], [("a", "1")]) == []
    found = differences([("a", "1"), ("b", ""), ("c", "3")], [("a", "2"), ("b", ""), ("d", "4")])
    assert found == ["a: the bytes differ", "b: not hashed", "c: only here", "d: missing here"]
