import subprocess
from pathlib import Path

from rgt_tui.domain.printed_keys import read_fingerprints

PRINT = "SHA256:uNiVztksCsDhcc0u9e8BgrJXVGDXoj5wb2wqDLHkKrM"
OTHER = "SHA256:qVBNO2AVLWl0Gv5VsbfhTrdZTjv2DTNyJnlDTDjC7ls"


def test_the_keys_under_the_start_scripts_headings_are_read_each_once() -> None:
    lines = [
        "Setting up SSH...",
        "ED25519 key fingerprint:",
        f"256 {PRINT} root@3c5v7b9n1m-64411f3b (ED25519)",
        "SSH host keys:",
        "Key: /etc/ssh/ssh_host_ed25519_key.pub",
        f"256 {PRINT} root@3c5v7b9n1m-64411f3b (ED25519)",
        "Key: /etc/ssh/ssh_host_rsa_key.pub",
        f"3072 {OTHER} root@3c5v7b9n1m-64411f3b (RSA)",
    ]
    assert read_fingerprints(lines) == (PRINT, OTHER)


def test_a_fingerprint_that_a_program_prints_by_itself_is_not_believed() -> None:
    assert read_fingerprints([f"256 {PRINT} me@laptop (ED25519)"]) == ()
    assert (
        read_fingerprints(["RSA key fingerprint:", " * Starting sshd", f"256 {PRINT} x (RSA)"])
        == ()
    )


def test_what_ssh_keygen_prints_is_understood(tmp_path: Path) -> None:
    file = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-N", "", "-t", "ed25519", "-f", str(file)], check=True)
    listed = subprocess.run(
        ["ssh-keygen", "-lf", f"{file}.pub"], check=True, capture_output=True, text=True
    ).stdout
    lines = ["Key: /etc/ssh/ssh_host_ed25519_key.pub", listed.strip()]
    assert read_fingerprints(lines) == (listed.split()[1],)
