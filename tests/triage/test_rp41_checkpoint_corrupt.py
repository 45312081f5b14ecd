import pytest

from rgt_tui.domain.checkpoint import CheckpointProofs, FileProof, FileStamp, Level, Verdict
from rgt_tui.domain.logsigns import LogSigns
from tests.triage.asking import verdict
from tests.triage.texts import codes
from tests.values import a_pod, an_account, having


@pytest.mark.parametrize(
    "text",
    [
        "RuntimeError: PytorchStreamReader failed reading zip archive: invalid header or archive is corrupted",
        "safetensors_rust.SafetensorError: Error while deserializing header: MetadataIncompleteBuffer",
        "_pickle.UnpicklingError: invalid load key, 'v'.",
        "EOFError: Ran out of input",
        "OSError: Unable to open file (truncated file: eof = 1, sblock->base_addr = 0)",
        "Error while deserializing header: HeaderTooLarge",
        "zipfile.BadZipFile: File is not a zip file",
        "RuntimeError: unexpected EOF, expected 12 more bytes. The file might be corrupted.",
        "version https://git-lfs.github.com/spec/v1",
        "the checkpoint is corrupted",
    ],
)
def test_text_that_shows_it_is_rp41(text: str) -> None:
    assert "RP41" in codes(text)


def test_a_checkpoint_that_was_verified_and_is_broken_is_the_proof() -> None:
    stamp = FileStamp(
        path="/workspace/out/step-9.safetensors", size=9, mtime_ns=1, ctime_ns=1, inode=1
    )
    proof = FileProof(
        stamp=stamp,
        sha256="",
        format="safetensors",
        verdict=Verdict.BROKEN,
        level=Level.STRUCTURE,
        reason="cut off",
        bytes_read=9,
        tool="test",
    )
    pod = a_pod()
    account = having(an_account(pod), pod, CheckpointProofs(files={stamp.path: proof}))
    account = having(account, pod, LogSigns())
    found = verdict("RP41", account, pod)
    assert found.verdict == "present"
    assert found.evidence[0].said == "/workspace/out/step-9.safetensors is broken: cut off"
