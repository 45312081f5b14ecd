"""Shell text that visits what a terminate deletes: the container disk and the Pod's own disks."""

from typing import Final

LOCAL_DISKS: Final = r"""
p=${RGT_PROC:-/proc} r=${RGT_ROOT-}
low() {
  if command -v nice >/dev/null 2>&1; then nice -n 19 "$@"; else "$@"; fi
}
own_disks() {
  while read -r source path type _; do
    case $source in /dev/*) ;; *) continue ;; esac
    case $path in /etc/*|/usr/*|/proc/*|/run/*|/dev/*|/sys/*|/) continue ;; esac
    case $path in *\\*) echo 'G a mount with a name that cannot be asked'; continue ;; esac
    "$1" "$path"
  done <"$p/self/mounts"
}
"""
"""`own_disks FUNCTION` calls it with each mount of a local disk but `/`; `low` runs a command niced.
What it cannot ask is told in a G line. Network and global volumes are not among them."""
