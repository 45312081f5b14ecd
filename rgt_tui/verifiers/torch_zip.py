"""PyTorch's zip format: `.pt`, `.pth`, `.bin`, `.ckpt` since torch 1.6; TorchScript as well."""

from __future__ import annotations

from rgt_tui.verifiers import Plan, Proves, Verifier
from rgt_tui.verifiers._content import File
from rgt_tui.verifiers._torch import plan_of
from rgt_tui.verifiers._zips import read_archive

_NAMES = (".pt", ".pth", ".bin", ".ckpt", ".tar", ".pkl", ".distcp", ".torch")


def _matches(head: bytes, name: str) -> bool:
    return head[:4] == b"PK\3\4" and (
        name.lower().endswith(_NAMES) or b"/data.pkl" in head or b"/.format" in head
    )


def check(file: File) -> Plan:
    """Archive, records and graph; a TorchScript archive has checksums but another graph."""
    names = read_archive(file).members
    if any(name.endswith("/constants.pkl") for name in names):
        archive = read_archive(file)
        return Plan(archive.regions(), said="TorchScript; its code was not looked at")
    return plan_of(file)


VERIFIER = Verifier(
    name="torch",
    title="PyTorch zip (.pt .pth .bin .ckpt)",
    rank=40,
    matches=_matches,
    check=check,
    proves=Proves(
        structure="every byte belongs to a record; both directories agree",
        full="CRC-32 of every record; each tensor fits its storage; no hostile pickle; "
        "NaN and infinity, as a warning",
        load="torch.load(weights_only=True) of every byte; it does not check the CRCs",
        never="files saved with set_crc32_options(False) carry no checksum",
    ),
)
