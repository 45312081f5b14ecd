r"""Work in git repositories that is nowhere else, on what goes with the Pod: asked before a terminate.

A clone whose commits are pushed is no loss; commits on no remote branch, changed files, files git does
not know and stashes are. Looked for six folders deep on the container disk and on the Pod's own disks;
a repository of the image in which nothing changed since the container's start is passed over. The
section holds, of each, how many files are changed and how many unknown, commits, stashes::

    R 2 1 3 0 /workspace/trainer
    R ? ? ? ? /root/tool
    G 41 git repositories below /workspace; 40 were looked at
    O done

A repository is not trusted. Only plumbing is asked that runs nothing it could name: no hook, no file
system monitor, no transport, no lazy fetch, no lock. `diff-files` compares by size and time, so that a
file that was merely touched counts as changed; where it would look into a file after all, filters of
git-lfs are off, and with filters of another name changes are not asked for. The repository is named by
`--git-dir`, so git need not search for it, and its owner does not matter (`safe.directory`).
Source: git 2.39 documentation, git(1) and git-config(1), read 2026-11-27.
"""

from typing import ClassVar, Final

from rgt_tui.domain.records import dataclass
from rgt_tui.probes import Probe, Section
from rgt_tui.probes._local import LOCAL_DISKS
from rgt_tui.probes._rows import name, need, rows, whole

LIMIT_S: Final = 20
DEPTH: Final = 6
"""Folders below a disk's root in which a repository is looked for."""
MOST: Final = 40
"""Repositories of one disk that are looked at; 9,999 commits are counted of each."""

_SCRIPT: Final = (
    LOCAL_DISKS
    + r"""
ref=$r/etc/hostname
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES
export GIT_ALLOW_PROTOCOL=none GIT_NO_LAZY_FETCH=1 GIT_TERMINAL_PROMPT=0 GIT_OPTIONAL_LOCKS=0
ask() {
  low git -C "$repo" --git-dir=.git --work-tree=. --no-pager --no-optional-locks --no-replace-objects \
    -c core.fsmonitor= -c core.hooksPath=/dev/null -c core.sshCommand=false \
    -c core.untrackedCache=false -c filter.lfs.clean= -c filter.lfs.process= -c filter.lfs.required=false \
    "$@" </dev/null 2>/dev/null
}
files() {
  { ask "$@"; printf '/rc %s\0' $?; } | tr '\0\n' '\n\001' |
    awk '/^\/rc / { rc = $2; next } { n++ } END { print rc == "0" ? n + 0 : "?" }'
}
commits() {
  ask rev-list --count --max-count=9999 "$@" --branches --not --remotes || echo '?'
}
one() {
  if ! command -v git >/dev/null 2>&1 || ! ask rev-parse --git-dir >/dev/null; then
    printf 'R ? ? ? ? %s\n' "${repo#"$r"}"
    return
  fi
  staged='?' ahead='?' stashes=0
  if ask rev-parse -q --verify HEAD >/dev/null; then
    staged=$(files diff-index --cached --name-only --ignore-submodules=all -z HEAD)
    ahead=$(commits HEAD)
  elif ask symbolic-ref -q HEAD >/dev/null; then
    staged=$(files ls-files --cached -z)
    ahead=$(commits)
  fi
  changed='?'
  if ! ask config --name-only --get-regexp '^filter[.]' | grep -qv '^filter[.]lfs[.]'; then
    changed=$(files diff-files --name-only --ignore-submodules=all -z)
  fi
  case $changed$staged in *'?'*) changed='?' ;; *) changed=$((changed + staged)) ;; esac
  unknown=$(files ls-files --others --exclude-standard --directory --no-empty-directory -z)
  if ask rev-parse -q --verify refs/stash >/dev/null; then
    stashes=$(ask rev-list -g --count refs/stash || echo '?')
  fi
  printf 'R %s %s %s %s %s\n' "$changed" "$unknown" "${ahead:-?}" "${stashes:-?}" "${repo#"$r"}"
}
visit() {
  low find "$r$1" -xdev -maxdepth DEPTH -name .git -print 2>/dev/null | {
    found=0
    while IFS= read -r place; do
      repo=${place%/.git}
      if [ ! -e "$place" ]; then
        echo 'G a git repository with a name that cannot be asked'
        continue
      fi
      if [ "$1" = / ] && [ -z "$(find "$repo" -xdev -type f -cnewer "$ref" 2>/dev/null | head -n 1)" ]; then
        continue
      fi
      found=$((found + 1))
      [ "$found" -gt MOST ] || one
    done
    [ "$found" -le MOST ] || echo "G $found git repositories below $1; MOST were looked at"
  }
}
visit /
own_disks visit
echo 'O done'
exit 0
""".replace("DEPTH", f"{DEPTH}").replace("MOST", f"{MOST}")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Repository:
    """One git repository; None is what could not be looked at.

    Attributes:
        path: its folder.
        changed: files that differ from the last commit, or were touched since git last looked.
        unknown: files and folders that git does not track and is not told to ignore.
        commits: on no remote branch, by what it knew when it was fetched or pushed last.
        stashes: put aside.
    """

    path: str
    changed: int | None = None
    unknown: int | None = None
    commits: int | None = None
    stashes: int | None = None

    @property
    def is_elsewhere(self) -> bool:
        """Whether nothing in it would be lost, for sure."""
        return (self.changed, self.unknown, self.commits, self.stashes) == (0, 0, 0, 0)

    @property
    def said(self) -> str:
        """What of it is nowhere else: `3 commits not pushed, 2 files changed`."""
        told = (
            (self.commits, "commit{s} not pushed"),
            (self.changed, "file{s} changed"),
            (self.unknown, "not tracked"),
            (self.stashes, "stash{es}"),
        )
        if all(count is None for count, _ in told):
            return "git is missing or cannot read it: what is pushed is not known"
        said = [_many(count, words) for count, words in told if count != 0]
        return ", ".join(said) or "nothing that is not pushed"


@dataclass(frozen=True, slots=True, kw_only=True)
class RepositoryReport:
    """The git repositories on what goes with the Pod.

    Attributes:
        repositories: in the order in which they were found.
        gaps: what was not looked at, and why.
    """

    called: ClassVar[str] = "git repositories over SSH"

    repositories: tuple[Repository, ...] = ()
    gaps: tuple[str, ...] = ()


def parse(section: Section) -> RepositoryReport:
    """The repositories in a section.

    Raises:
        BadSection: nothing was looked for.
    """
    found: list[Repository] = []
    gaps: list[str] = []
    is_done = False
    for word, rest in rows(section):
        if word == "R":
            found.append(_repository(rest))
        elif word == "G":
            gaps.append(name(rest, 200))
        elif word == "O":
            is_done = True
    need(section, bool(found or gaps or is_done), "git repositories", LIMIT_S)
    if not is_done:
        gaps.append(f"not every git repository could be looked at within {LIMIT_S} s")
    return RepositoryReport(repositories=tuple(found), gaps=tuple(gaps))


def _repository(rest: str) -> Repository:
    """One row; whatever is no number is not known."""
    words = rest.split(" ", 4)
    changed, unknown, commits, stashes = (*map(whole, words[:-1]), None, None, None, None)[:4]
    return Repository(
        path=name(words[-1]), changed=changed, unknown=unknown, commits=commits, stashes=stashes
    )


def _many(count: int | None, words: str) -> str:
    shown = "?" if count is None else str(count)
    return f"{shown} {words.format(s='' if count == 1 else 's', es='' if count == 1 else 'es')}"


PROBE = Probe(
    name="repositories",
    script=_SCRIPT,
    limit_s=LIMIT_S,
    every_s=None,
    nice=True,
    report=RepositoryReport,
    parse=parse,
)
