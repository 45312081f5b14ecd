"""Work in git repositories that is nowhere else: real repositories, in every shell."""

import atexit
import os
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import pytest

from rgt_tui.probes import BadSection, Section
from rgt_tui.probes.repositories import MOST, Repository, RepositoryReport, parse
from tests.probes.captured import said
from tests.probes.shells import SHELLS, ask, put, the_shell, write

MOUNTS = "overlay / overlay rw 0 0\n/dev/nvme0n1 /workspace ext4 rw 0 0\nmfs#x /nv fuse rw 0 0\n"
NAMES = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "a"}
DAY = 86_400
LATER = 4_000_000_000


@pytest.fixture(params=SHELLS, ids=lambda it: it[0])
def shell(request: pytest.FixtureRequest) -> list[str]:
    return the_shell(request.param)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A Pod with a volume disk and a network volume; nothing changed on its container disk."""
    root = tmp_path / "root"
    put(root, proc__self__mounts=MOUNTS, etc__hostname="pod\n")
    os.utime(root / "etc/hostname", (LATER, LATER))
    return root


def git(folder: Path, *argv: str) -> None:
    env = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "GIT_COMMITTER_EMAIL": "a@b"}
    subprocess.run(
        ["git", "-C", folder, "-c", "protocol.file.allow=always", *argv],
        check=True,
        capture_output=True,
        env=env | NAMES,
    )


@cache
def origin() -> Path:
    """Where everything was pushed to."""
    folder = Path(tempfile.mkdtemp(prefix="rgt-origin."))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    first = folder / "first"
    git(folder, "init", "-q", "--bare", "-b", "main", "origin.git")
    git(folder, "clone", "-q", "origin.git", "first")
    write(first, "train.py", "print(1)\n")
    git(first, "add", "-A")
    git(first, "commit", "-qm", "one")
    git(first, "push", "-q", "origin", "HEAD:main")
    return folder / "origin.git"


def cloned(root: Path, place: str = "workspace/trainer") -> Path:
    """A clone of which everything is pushed."""
    if shutil.which("git") is None:
        pytest.skip("no git here")
    clone = root / place
    clone.parent.mkdir(parents=True, exist_ok=True)
    git(root, "clone", "-q", "-b", "main", str(origin()), str(clone))
    return clone


def looked(shell: list[str], root: Path) -> RepositoryReport:
    report, _ = ask(shell, "repositories", root)
    assert isinstance(report, RepositoryReport)
    return report


def commit(clone: Path, message: str = "two") -> None:
    write(clone, "more.py", f"{message}\n")
    git(clone, "add", "-A")
    git(clone, "commit", "-qm", message)


def test_a_clone_whose_work_is_pushed_loses_nothing(shell: list[str], root: Path) -> None:
    cloned(root)
    (found,) = looked(shell, root).repositories
    assert found.path == "/workspace/trainer"
    assert found.is_elsewhere
    assert looked(shell, root).gaps == ()


def test_commits_changes_unknown_files_and_stashes_are_counted(
    shell: list[str], root: Path
) -> None:
    clone = cloned(root)
    write(clone, "train.py", "print(3)\n")
    git(clone, "stash")
    commit(clone)
    commit(clone, "three")
    write(clone, "train.py", "print(22)\n")
    write(clone, "staged.py", "x\n")
    git(clone, "add", "staged.py")
    write(clone, "notes/a.txt", "x")
    write(clone, "notes/b.txt", "x")
    (found,) = looked(shell, root).repositories
    assert found.said == "2 commits not pushed, 2 files changed, 1 not tracked, 1 stash"
    assert not found.is_elsewhere


def test_a_branch_that_is_not_checked_out_counts_and_a_detached_head_too(
    shell: list[str], root: Path
) -> None:
    clone = cloned(root)
    git(clone, "checkout", "-qb", "idea")
    commit(clone)
    git(clone, "checkout", "-q", "main")
    git(clone, "checkout", "-q", "--detach")
    commit(clone, "lost")
    (found,) = looked(shell, root).repositories
    assert (found.commits, found.changed, found.unknown) == (2, 0, 0)


def test_a_repository_without_a_remote_or_a_commit_is_lost_whole(
    shell: list[str], root: Path
) -> None:
    alone = cloned(root)
    git(alone, "remote", "remove", "origin")
    fresh = root / "workspace/fresh"
    fresh.mkdir()
    git(fresh, "init", "-q")
    write(fresh, "a.py", "x")
    git(fresh, "add", "-A")
    found = {it.path: it.said for it in looked(shell, root).repositories}
    assert found == {
        "/workspace/trainer": "1 commit not pushed",
        "/workspace/fresh": "1 file changed",
    }


def test_what_came_with_the_image_is_passed_over_until_something_changes(
    shell: list[str], root: Path
) -> None:
    baked = cloned(root, "opt/tool")
    write(baked, "local.py", "x")
    assert looked(shell, root).repositories == ()
    os.utime(root / "etc/hostname", (DAY, DAY))
    (found,) = looked(shell, root).repositories
    assert (found.path, found.unknown) == ("/opt/tool", 1)


def test_what_lies_on_a_network_volume_stays_and_is_not_asked_for(
    shell: list[str], root: Path
) -> None:
    cloned(root, "workspace/mine")
    cloned(root, "nv/shared")
    assert [it.path for it in looked(shell, root).repositories] == ["/workspace/mine"]


EVIL = {
    "a hook": ["core.hooksPath", "{hooks}"],
    "a file system monitor": ["core.fsmonitor", "{run}"],
    "a filter": ["filter.evil.clean", "{run}"],
    "a filter of git-lfs": ["filter.lfs.clean", "{run}"],
    "a long filter": ["filter.evil.process", "{run}"],
    "an outside diff": ["diff.external", "{run}"],
    "a pager": ["core.pager", "{run}"],
    "a signature": ["gpg.program", "{run}"],
    "an ssh command": ["core.sshCommand", "{run}"],
    "a promisor": ["remote.origin.uploadpack", "{run}"],
}


@pytest.mark.parametrize("setting", EVIL.values(), ids=EVIL)
def test_a_hostile_repository_runs_nothing(root: Path, setting: list[str]) -> None:
    shell = the_shell(SHELLS[0])
    clone = cloned(root)
    ran, run = root.parent / "ran", root.parent / "run.sh"
    run.write_text(f"#!/bin/sh\necho x >>{ran}\n")
    run.chmod(0o755)
    hooks = root.parent / "hooks"
    hooks.mkdir()
    for hook in ("post-index-change", "reference-transaction", "fsmonitor-watchman"):
        shutil.copy(run, hooks / hook)
    name, value = setting
    driver = "lfs" if "lfs" in name else "evil"
    write(clone, ".gitattributes", f"* filter={driver} diff=evil\n")
    git(clone, "config", "log.showSignature", "true")
    git(clone, "config", "extensions.partialClone", "origin")
    git(clone, "config", "core.repositoryformatversion", "1")
    git(clone, "config", name, value.format(run=run, hooks=hooks))
    os.utime(clone / ".git/index", (DAY, DAY))  # older than its files: git looks into them then
    (found,) = looked(shell, root).repositories
    assert not ran.exists()
    assert not found.is_elsewhere
    if name.startswith("filter.evil"):
        assert found.changed is None
        assert "? files changed" in found.said


def test_another_owner_is_no_reason_not_to_look(shell: list[str], root: Path) -> None:
    clone = cloned(root)
    if os.geteuid() != 0:
        pytest.skip("only root can give files away")
    for path in (clone, *clone.rglob("*")):
        os.lchown(path, 65534, 65534)
    (found,) = looked(shell, root).repositories
    assert (found.commits, found.unknown, found.stashes) == (0, 0, 0)


def test_without_git_what_is_pushed_is_not_known_and_counts_as_lost(
    shell: list[str], root: Path, tmp_path: Path
) -> None:
    cloned(root)
    tools = tmp_path / "tools"
    tools.mkdir()
    for tool in (
        "find",
        "head",
        "tr",
        "awk",
        "grep",
        "nice",
        "cat",
        "sleep",
        "kill",
        "ps",
        "setsid",
    ):
        if (place := shutil.which(tool)) is not None:
            (tools / tool).symlink_to(place)
    for name in shell[:1]:
        (tools / Path(name).name).symlink_to(name)
    report, _ = ask(shell, "repositories", root, PATH=str(tools))
    (found,) = report.repositories
    assert found == Repository(path="/workspace/trainer")
    assert not found.is_elsewhere
    assert "git is missing" in found.said


def test_a_broken_repository_counts_as_lost(shell: list[str], root: Path) -> None:
    clone = cloned(root)
    (clone / ".git/HEAD").write_text("nonsense\n")
    write(root, "workspace/empty/.git/config", "[core]\n")
    found = looked(shell, root).repositories
    assert len(found) == 2
    assert not any(it.is_elsewhere for it in found)


def test_a_name_that_cannot_be_asked_and_too_many_are_said(shell: list[str], root: Path) -> None:
    (root / "workspace/a\nb/.git").mkdir(parents=True)
    assert set(looked(shell, root).gaps) == {"a git repository with a name that cannot be asked"}
    for number in range(MOST + 1):
        (root / f"workspace/r{number}/.git").mkdir(parents=True)
    report = looked(shell, root)
    assert len(report.repositories) == MOST
    assert f"{MOST + 1} git repositories below /workspace" in report.gaps[-1]


def test_names_are_cleaned_and_a_row_of_nonsense_is_not_known() -> None:
    (found, other) = parse(said("R 0 0 0 0 /w/\x1b[2Jx\nR lots of /w\nO done\n")).repositories
    assert "\x1b" not in found.path
    assert not other.is_elsewhere


def test_a_look_that_was_cut_off_is_not_whole() -> None:
    report = parse(Section(output=b"R 0 0 0 0 /w\n", exit_code=None, timed_out=True))
    assert report.gaps == ("not every git repository could be looked at within 20 s",)
    with pytest.raises(BadSection, match="git repositories"):
        parse(said(""))
