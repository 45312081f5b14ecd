"""What to do about a Pod that does not run, in the words of the console and of the command line."""

from rgt_tui.domain.pod import Pod
from rgt_tui.domain.text import clean


def to_reach(pod: Pod) -> str:
    """How its files come into reach."""
    start = f"Start it: rgt-tui start {clean(pod.id)}, or u in the console"
    if not pod.network_mounts:
        return start
    volume = clean(pod.network_mounts[0].volume_id)
    return f"{start}. Its network volume can be read without it, with an S3 key: rgt-tui browse {volume}"
