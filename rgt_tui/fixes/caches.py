"""Moves the caches off the container disk, and makes shells find them in their new place.

Source: HF_HOME, PIP_CACHE_DIR and UV_CACHE_DIR, documentation of each, read 2026-08-20.
"""

from typing import Final

from rgt_tui.domain.account import Account
from rgt_tui.domain.pod import Pod
from rgt_tui.facts import stores, workspace_store
from rgt_tui.fixes import Fix, Remedy, quoted

LIMIT_S: Final = 3600.0
_SCRIPT: Final = r"""
set -eu
to=@TO@
mkdir -p "$to"
for name in huggingface pip uv torch; do
  from="$HOME/.cache/$name"
  if [ -L "$from" ] || ! [ -d "$from" ]; then continue; fi
  size=$(du -sk "$from" | cut -f1)
  mkdir -p "$to/$name"
  cp -a "$from/." "$to/$name/"
  copied=$(du -sk "$to/$name" | cut -f1)
  [ "$copied" -ge $((size * 9 / 10)) ] || { echo "$name: the copy is not whole, nothing removed"; exit 5; }
  rm -rf "$from"
  ln -s "$to/$name" "$from"
  echo "$name moved, $size KB"
done
cat >"$to/exports.sh" <<'END'
@EXPORTS@
END
line=@LINE@
grep -qxF "$line" "$HOME/.bashrc" 2>/dev/null || printf '%s\n' "$line" >>"$HOME/.bashrc"
echo "exports are in $to/exports.sh, read by ~/.bashrc"
"""


def _remedy(pod: Pod, account: Account) -> Remedy | str:
    store = workspace_store(stores(pod, account))
    if store is None:
        return "this Pod has no disk that outlives the container: give it a volume first"
    if store.hung:
        return f"{store.path} hangs just now"
    to = f"{store.path.rstrip('/')}/.cache"
    exports = "\n".join(
        f"export {name}={quoted(f'{to}/{folder}')}"
        for name, folder in (
            ("HF_HOME", "huggingface"),
            ("PIP_CACHE_DIR", "pip"),
            ("UV_CACHE_DIR", "uv"),
            ("TORCH_HOME", "torch"),
        )
    )
    line = quoted(f". {quoted(f'{to}/exports.sh')}")
    return Remedy(
        doing=f"move caches of {pod.label} to {to}",
        said=(
            f"Copies ~/.cache/huggingface, pip, uv and torch to {to}, then puts links in their place.",
            "A cache is removed only after its copy has its size. Programs that have files open keep them.",
            f"Writes the exports to {to}/exports.sh and one line to ~/.bashrc; the next stop wipes that line.",
            f"A run that is under way does not see them: start it again after `. {to}/exports.sh`.",
        ),
        script=_SCRIPT.replace("@TO@", quoted(to))
        .replace("@EXPORTS@", exports)
        .replace("@LINE@", line),
        limit_s=LIMIT_S,
    )


FIX = Fix(
    name="caches",
    title="move the caches off the container disk",
    codes=frozenset({"RP11", "RP2", "RP31"}),
    remedy=_remedy,
)
