"""Small roots of other systems, made of programs of this machine, entered by `chroot`."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

_DEBIAN = (
    "awk bash cat cut date dd df du env find grep head id ionice kill ls nice od ps sed setsid "
    "sleep sort stat tr uname wc"
)
BARE = "cat sleep tr df"
ROOTS = {
    "debian, sh is dash": ("dash", _DEBIAN),
    "debian, sh is bash": ("bash", _DEBIAN),
    "busybox": ("busybox", ""),
    "a shell and four tools": ("dash", BARE),
}
"""By name: what `/bin/sh` is, and the programs beside it. busybox brings its own."""

_ENTER = """#!/bin/sh
exec unshare -m --propagation private /bin/sh -c '
mount --bind "$0" "$0" && mount --rbind /proc "$0/proc" && mount --rbind /sys "$0/sys" &&
mount --bind /dev/null "$0/dev/null" || exit 9
cd "$0" && exec chroot . /usr/bin/env -i PATH=/bin HOME=/root {shell} -s' "{root}"
"""


def a_root(folder: Path, name: str) -> Path:
    """Makes the root; gives a program that enters it and runs its `/bin/sh -s`.

    Skips the test where a program is missing, or nothing can be mounted.
    """
    shell, programs = ROOTS[name]
    root = folder / "root"
    for place in ("bin", "dev", "proc", "sys", "root", "tmp", "etc", "usr/bin"):
        (root / place).mkdir(parents=True)
    (root / "dev/null").touch()
    (root / "etc/os-release").write_text(f'PRETTY_NAME="{name}"\n')
    for program in {shell, *programs.split()}:
        _bring(root, program)
    _bring(root, "env", "usr/bin")
    (root / "bin/sh").symlink_to(shell)
    if shell == "busybox":
        told = subprocess.run(
            ["busybox", "--list"], check=True, capture_output=True, text=True
        ).stdout
        for applet in told.split():
            if not (root / "bin" / applet).exists():
                (root / "bin" / applet).symlink_to("busybox")
    enter = folder / "enter"
    enter.write_text(_ENTER.format(root=root, shell="/bin/sh"))
    enter.chmod(0o755)
    tried = subprocess.run([enter], input=b"exit 7", capture_output=True, check=False, timeout=20)
    if tried.returncode != 7:
        said = tried.stderr.decode(errors="replace").strip()
        pytest.skip(f"no root can be entered here (it takes root's rights): {said}")
    return enter


def _bring(root: Path, program: str, folder: str = "bin") -> None:
    """Copies a program and the libraries it is linked with."""
    found = shutil.which(program)
    if found is None:
        pytest.skip(f"no {program} here")
    real = os.path.realpath(found)
    shutil.copy(real, root / folder / program)
    linked = subprocess.run(["ldd", real], check=False, capture_output=True, text=True).stdout
    for word in linked.split():
        place = root / word.lstrip("/")
        if word.startswith("/") and not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(word, place)
