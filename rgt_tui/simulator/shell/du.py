"""`du` of GNU coreutils with -s, -k, -b, -x and -d.

9542041 /root/.cache/pip
"""

from collections import Counter

from rgt_tui.simulator.contents import disk_of, files_of, inside
from rgt_tui.simulator.shell import Command, Reply, View


def render(view: View, argv: tuple[str, ...]) -> Reply:
    """The sums below the paths."""
    depth, unit, paths = 99, 1024, []
    words = list(argv)
    while words:
        word = words.pop(0)
        if word == "-d" and words:
            depth = int(words.pop(0)) if words[0].isdigit() else 0
        elif word.startswith("-") and len(word) > 1:
            depth = 0 if "s" in word else depth
            unit = 1 if "b" in word else unit
        else:
            paths.append(word)
    if any(disk_of(view.pod, inside(path)[1]).is_hung for path in paths):
        return Reply("", hangs=True)
    return Reply("".join(_sums(view, path, depth, unit) for path in paths))


def _sums(view: View, path: str, depth: int, unit: int) -> str:
    prefix, place = inside(path)
    base = place.rstrip("/")
    disk = disk_of(view.pod, place)
    sums: Counter[str] = Counter({place: 0})
    for file in files_of(view.pod, view.now, view.world_began):
        if disk_of(view.pod, file.path) is not disk or not file.path.startswith(f"{base}/"):
            continue
        sums[place] += file.size_bytes
        folders = file.path[len(base) + 1 :].split("/")[:-1]
        for count in range(1, min(depth, len(folders)) + 1):
            sums[f"{base}/{'/'.join(folders[:count])}"] += file.size_bytes
    rows = sorted(sums.items(), key=lambda row: row[0], reverse=True)
    return "".join(f"{-(-size // unit)}\t{prefix}{folder}\n" for folder, size in rows)


COMMAND = Command(name="du", render=render)
