"""RP24: the GPU reports memory errors or an Xid: its results cannot be trusted.

Symptom: "uncorrectable ECC error encountered", Xid lines, remapped rows pending. Cause: failing
GPU memory or board. Fix: stop trusting results since then, leave the host, tell support the Pod id.
Source: ai-toolkit#470 (RunPod RTX 6000); NVIDIA Xid and row remapping guides, 2026; gpud.
"""

import re
from typing import Final

from rgt_tui.domain.finding import (
    Absent,
    Detector,
    Present,
    Said,
    Severity,
    Subject,
    Unknown,
    Verdict,
)
from rgt_tui.domain.telling import Page, Rule
from rgt_tui.domain.whom import running_on_gpus
from rgt_tui.probes.gpu_health import GpuHealth, GpuHealthReport

_TABLE_ROW: Final = re.compile(
    r"^\|\s+\d+\s+.{4,40}?\|\s+[0-9A-Fa-f]{4,8}:[0-9A-Fa-f:.]+\s+(?:On|Off)\s+\|\s+([1-9]\d*)\s+\|"
)
_ECC_ROW: Final = re.compile(
    r"^\s*(?:SRAM|DRAM|Total|Aggregate|Volatile|L2 Cache|Device Memory)?\s*Uncorrectable(?: Error| Parity| SEC-DED)?\s*:\s*[1-9]\d*\s*$|^\s*(?:SRAM|DRAM)\s+Uncorrectable\S*\s*:\s*[1-9]\d*\s*$|^\s*Double Bit ECC\s*:\s*[1-9]",
    re.IGNORECASE,
)
_CSV_HEAD: Final = re.compile(r"ecc\.errors\.uncorrected|remapped_rows", re.IGNORECASE)


def _figures(page: Page) -> str | None:
    """A count of uncorrectable errors in what nvidia-smi prints."""
    if _TABLE_ROW.match(page.line):
        return "nvidia-smi counts uncorrectable memory errors"
    if _ECC_ROW.match(page.line):
        return "nvidia-smi counts uncorrectable memory errors"
    head = page.saw(_CSV_HEAD, 9)
    if head is not None and "," in page.line and not _CSV_HEAD.search(page.line):
        names = [name.strip() for name in head.string.split(",")]
        cells = [cell.strip() for cell in page.line.split(",")]
        for name, cell in zip(names, cells, strict=False):
            if re.search(
                r"uncorrected|remapped_rows\.(?:pending|failure|uncorr)", name
            ) and re.fullmatch(r"[1-9]\d*|yes", cell, re.IGNORECASE):
                return f"nvidia-smi: {name} is {cell}"
    return None


def _detect(subject: Subject) -> Verdict:
    seen = subject.seen(GpuHealthReport)
    gpus = seen.value.gpus
    if not gpus:
        return Unknown(("the error counters: nvidia-smi is not there or refuses",))
    bad = [(number, gpu) for number, gpu in enumerate(gpus) if gpu.is_bad]
    if bad:
        return Present(tuple(Said("ssh", f"GPU {n}: {_faults(gpu)}", seen.at) for n, gpu in bad))
    if all(gpu.ecc_on is False or gpu.uncorrected is None for gpu in gpus):
        return Absent("its GPUs count no memory errors: ECC is off or not there")
    return Absent("no uncorrected error since the driver was loaded, no row waits")


def _faults(gpu: GpuHealth) -> str:
    found = []
    if gpu.uncorrected:
        found.append(f"{gpu.uncorrected} uncorrected memory errors since the driver was loaded")
    if gpu.rows_failed:
        found.append("a row of memory could not be replaced: the GPU is to be exchanged")
    if gpu.rows_pending:
        found.append("a row of memory waits for a reset to be replaced")
    return "; ".join(found)


DETECTOR = Detector(
    code="RP24",
    title="GPU memory errors (ECC, Xid)",
    severity=Severity.CRITICAL,
    cause=(
        "The GPU found errors in its memory that it could not correct, or the driver reported an Xid. What was "
        "computed since may be wrong without any error in the program."
    ),
    fix=(
        "Stop trusting results and checkpoints written since the first error; go back to one before it",
        "Save data (rgt-tui pull POD --to DIR), leave this host: rgt-tui relaunch POD",
        "Tell RunPod support the Pod id and the lines above; the host should leave the pool",
        "Row remapping pending: it takes effect only after a reset of the GPU, which a Pod cannot do",
    ),
    source="NVIDIA Xid and row remapping guides, 2026; ai-toolkit#470 on RunPod",
    needs=(GpuHealthReport,),
    max_age_s=900.0,
    applies=running_on_gpus,
    detect=_detect,
    log_stands=True,
    strings=(
        ("CUDA error: uncorrectable ECC error encountered", "CUDA 11 to 13"),
        (
            "NVRM: Xid (PCI:0000:a1:00): 79, pid='<unknown>', GPU has fallen off the bus.",
            "NVIDIA driver 450 to 580, kernel log",
        ),
        ("            SRAM Uncorrectable            : 1", "nvidia-smi -q, drivers of 2024 to 2026"),
        ("        Remapping Failure Occurred        : Yes", "nvidia-smi -q, driver 450 and later"),
    ),
    text=(
        Rule(
            words="nvlink+uncorrectable nvlink+peer",
            pattern=r"uncorrectable NVLink error|Invalid access of peer GPU memory over nvlink",
            reason="the link between GPUs reports errors it cannot correct",
        ),
        Rule(
            words="ecc cudaerroreccuncorrectable uncorr",
            pattern=r"uncorrectable ECC|ECC (?:errors? )?uncorrectable|CUDA_ERROR_ECC_UNCORRECTABLE|cudaErrorECCUncorrectable|double[- ]bit ECC (?:error|detected)|\bECC errors?\b.{0,30}\b(?:detected|encountered|found|occurred)\b|uncorr(?:ectable|ected)?\.? ECC\b.{0,20}[:=]\s*[1-9]",
            reason="the GPU met a memory error it could not correct",
            unless=r"no (?:uncorrectable )?ECC|ECC errors?: 0|0 (?:uncorrectable )?ECC",
        ),
        Rule(
            words="xid",
            pattern=r"NVRM: Xid\b|\bXid\b\W{0,4}(?:error|code|event)?\W{0,4}\(?\d{1,3}\b|\bXid \(PCI",
            reason="the driver reports a fault of the GPU (Xid)",
        ),
        Rule(
            words="off+nvidia on+nvidia uncorrectable",
            tells=_figures,
        ),
        Rule(
            words="yes",
            pattern=r"^\s*(?:Pending|Remapping Failure Occurred|Pending Page Blacklist|Reset Required|GPU Reset Status.*)\s*:\s*Yes\b",
            reason="rows of the GPU's memory wait for a repair, or it failed",
        ),
        Rule(words="remapped remapping remap retired", tells=_figures),
        Rule(
            words="rpc gsp",
            pattern=r"Timeout after \d+s of waiting for RPC response from GPU|GSP (?:RPC )?(?:timeout|error|crash)",
            reason="the GPU's own processor does not answer",
        ),
        Rule(
            words="remapping remap retirement",
            pattern=r"row[- ]remap\w*\b.{0,40}\b(?:fail\w*|pending|error)|page retirement\b.{0,40}\b(?:fail\w*|pending)|remapping failure",
            reason="the GPU's memory waits for a repair, or it failed",
            unless=r":\s*No\b|: 0\b",
        ),
        Rule(
            words="requires+reset",
            pattern=r"\bGPU requires (?:a )?reset\b",
            reason="the GPU wants a reset after an error",
        ),
    ),
)
