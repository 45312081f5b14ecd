"""RP41: a checkpoint does not load: it is cut off, or it is something else.

Symptom: "PytorchStreamReader failed reading zip archive", "incomplete metadata, file not fully
covered", "header too large". Cause: the disk was full or the Pod ended while it was written, a
copy broke off, or a pointer of git-lfs was fetched. Fix: an earlier step; verify what is kept.
Source: safetensors 0.8 and PyTorch, measured; dddd_trainer#36 (disk full during a save).
"""

from typing import Final

from rgt_tui.domain.checkpoint import CheckpointProofs
from rgt_tui.domain.checkpoint import Verdict as Proven
from rgt_tui.domain.finding import (
    Absent,
    Detector,
    Present,
    Said,
    Severity,
    Subject,
    Verdict,
)
from rgt_tui.domain.logsigns import LogSigns
from rgt_tui.domain.telling import Rule
from rgt_tui.domain.whom import running

_UNVERIFIED: Final = Absent("its logs show none of it; no checkpoint was verified")


def _detect(subject: Subject) -> Verdict:
    """A checkpoint that was verified and found broken; until one is, the logs."""
    seen = subject.evidence.latest(CheckpointProofs)
    if seen is None:
        return _UNVERIFIED
    broken = [proof for proof in seen.value.files.values() if proof.verdict is Proven.BROKEN]
    if not broken:
        return Absent("no verified checkpoint is broken, and its logs show none of it")
    return Present(
        tuple(Said("ssh", f"{p.stamp.shown} is broken: {p.reason}", seen.at) for p in broken[:6])
    )


DETECTOR = Detector(
    code="RP41",
    title="Checkpoint does not load",
    severity=Severity.CRITICAL,
    cause=(
        "The file was not written or copied to its end, or it is not the file at all: a pointer of git-lfs, an "
        "error page. A full disk (RP11, RP30) while saving is the usual reason."
    ),
    fix=(
        "Find the newest step that loads: rgt-tui verify PATH..., or rgt-tui checkpoints POD",
        "A copy that is cut off: rgt-tui pull POD --to DIR again, it resumes, and is verified at both ends",
        "A file of about 130 bytes is a pointer: git lfs pull, or hf download",
        "Before the next save: room on the disk, write to a temporary name, flush, then rename",
    ),
    source="safetensors 0.8 and PyTorch 2, measured 2026-11",
    needs=(LogSigns,),
    max_age_s=3600.0,
    applies=running,
    detect=_detect,
    log_stands=True,
    strings=(
        (
            "PytorchStreamReader failed reading zip archive: failed finding central directory",
            "PyTorch 1.6 and later",
        ),
        (
            "Error while deserializing header: incomplete metadata, file not fully covered",
            "safetensors 0.6 and later, measured",
        ),
        ("Error while deserializing header: MetadataIncompleteBuffer", "safetensors before 0.6"),
        (
            "Error while deserializing header: header too small",
            "safetensors 0.6 and later, measured",
        ),
        (
            "Error while deserializing header: HeaderTooLarge",
            "safetensors before 0.6; a pointer of git-lfs",
        ),
        ("_pickle.UnpicklingError: pickle data was truncated", "Python 3"),
    ),
    text=(
        Rule(
            words="pytorchstreamreader archive zipfile zip badzipfile",
            pattern=r"PytorchStreamReader failed|(?:invalid|corrupt\w*|not a|bad) zip (?:archive|file)|\bBadZipFile\b|File is not a zip file|failed finding central directory|zip archive.{0,40}\b(?:corrupt|truncat)",
            reason="a .pt file is cut off or not a checkpoint",
        ),
        Rule(
            words="header metadata metadataincompletebuffer headertoosmall headertoolarge invalidheaderdeserialization safetensorerror deserializing",
            pattern=r"incomplete metadata, file not fully covered|MetadataIncompleteBuffer|HeaderToo(?:Small|Large)|InvalidHeader(?:Deserialization|Length)?|(?:deserializing header|SafetensorError).{0,80}(?:header too|invalid|incomplete|buffer|EOF|utf)|header too (?:small|large)\b",
            reason="a safetensors file is cut off or not one",
        ),
        Rule(
            words="pickle unpicklingerror truncated load+key",
            pattern=r"pickle data was truncated|UnpicklingError|invalid load key, '(?:v|<|\\x|.)'|(?:checkpoint|model|weights?|safetensors|\.pt|\.bin|\.ckpt)\b.{0,60}\btruncated\b|\btruncated\b.{0,40}\b(?:checkpoint|model|weights?|safetensors|file)\b",
            reason="a checkpoint is cut off or not one",
            unless=r"weights_only|truncated to|sequence|input (?:was|is) truncated|longest_first|tokeniz",
        ),
        Rule(
            words="eoferror eof storage+wrong",
            pattern=r"EOFError: Ran out of input|unexpected EOF, expected \d+ more bytes|storage has wrong byte size|unexpected EOF.{0,40}\bcorrupted",
            reason="a checkpoint ends too early",
        ),
        Rule(
            words="corrupt corrupted checksum corruption",
            pattern=r"\b(?:checkpoints?|weights?|safetensors|model(?: file)?s?|shards?|tensors?|\.pt|\.bin|\.ckpt|gguf)\b.{0,60}\b(?:corrupt(?:ed|ion)?|checksum mismatch|(?:bad|wrong) checksum)|\b(?:corrupt(?:ed)?|checksum mismatch)\b.{0,60}\b(?:checkpoint|weights?|safetensors|model|shard|\.pt|\.bin|\.ckpt|gguf)",
            reason="a checkpoint is corrupt",
            unless=r"not corrupt|\bcheck:|skip(?:ping|ped)? corrupt|CorruptedImage|corrupt JPEG",
        ),
        Rule(
            words="lfs spec",
            pattern=r"^version https://git-lfs\.github\.com/spec/v1|\bgit[- ]lfs pointer\b.{0,60}\b(?:instead|not the|rather)",
            reason="a pointer of git-lfs lies in place of the file",
        ),
        Rule(
            words="truncated bounds",
            pattern=r"Unable to (?:synchronously )?open file \(truncated file|data is not within the file bounds, model is corrupted",
            reason="a model file is cut off",
        ),
        Rule(
            words="weights+checkpoint",
            pattern=r"Unable to load weights from (?:pytorch )?checkpoint file",
            reason="a checkpoint is cut off or not one",
        ),
        Rule(
            words="magic",
            pattern=r"(?:gguf|model|ggml)\w*\b.{0,40}invalid magic",
            reason="a model file is not one, or cut off",
        ),
        Rule(
            words="header+length",
            pattern=r"\binvalid header length\b",
            reason="a safetensors file is cut off or not one",
            unless=r"http|packet",
        ),
    ),
)
