"""Which files belong together: names, sizes and first bytes in, checkpoints out. Pure."""

from __future__ import annotations

import posixpath
import re
from fnmatch import fnmatchcase
from typing import Dict, Iterable, List, NamedTuple, Optional, Sequence, Set, Tuple

from rgt_tui.verifiers import (
    accelerate,
    orbax,
    peft,
    sharded,
    tensorflow,
    trainer,
)
from rgt_tui.verifiers.torch_legacy import MAGIC as LEGACY

SETTLE_S = 30.0
"""A file changed within so many seconds, by its own machine's clock, may still be written."""
_TEMPORARY = re.compile(
    r"(?:\.tmp\b|\.part\b|\.partial\b|\.incomplete\b|\.rgt-part|\A\.?tmp-|\.orbax-checkpoint-tmp)"
)
_STEPS = tuple(
    re.compile(pattern)
    for pattern in (
        r"checkpoint[-_](\d{1,12})\b", r"global_step(\d{1,12})\b", r"\biter_(\d{7})\b",
        r"step[=_-]?(\d{1,12})", r"\bckpt[-_](\d{1,12})", r"\b(?:model|epoch|iter)[=_-](\d{1,12})",
        r"\A(\d{1,12})\Z",
    )
)  # fmt: skip
_SURE = (
    ".safetensors",
    ".gguf",
    ".npz",
    ".h5",
    ".hdf5",
    ".keras",
    ".onnx",
    ".msgpack",
    ".distcp",
    ".nemo",
)
_TORCH = (".pt", ".pth", ".ckpt", ".bin", ".pt2")
_MAGIC = (b"PK\3\4", LEGACY[:8], b"GGUF")
_NAMED = re.compile(r"checkpoint_\d+\Z")
_WEIGHTS = re.compile(r"(?:(?:diffusion_)?pytorch_model|adapter_model)[\w.-]*\.bin\Z")
"""Names that only weights have, whatever they begin with: an error page saved as them is listed, too."""
_MARKS = frozenset({".metadata", ".metadata.tmp", "_METADATA", "_CHECKPOINT_METADATA", "latest",
                    "adapter_config.json", "trainer_state.json", "commit_success.txt",
                    "latest_checkpointed_iteration.txt", "metadata.json"})  # fmt: skip
_FORMATS = {
    ".safetensors": "safetensors", ".gguf": "gguf", ".npz": "npz", ".h5": "hdf5", ".hdf5": "hdf5",
    ".keras": "keras", ".onnx": "onnx", ".msgpack": "msgpack", ".distcp": "dcp", ".npy": "npy", ".nemo": "nemo",
    ".pt2": "torch-export",
}  # fmt: skip


class Entry(NamedTuple):
    """A regular file: absolute path, what `lstat` says, and its first 16 bytes in hex.

    `part_of` is the path of the model that names it, for weights in files of their own.
    """

    path: str
    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int
    magic: str
    part_of: str = ""


class Found(NamedTuple):
    """One checkpoint: its kind, the path that names it, its files, step, and why unfinished."""

    kind: str
    path: str
    entries: Tuple[Entry, ...]
    step: Optional[int]
    unfinished: str


def stem_of(name: str) -> str:
    """A name without the endings that mark it as temporary."""
    return re.sub(r"\.(?:tmp|part|partial|incomplete|rgt-part)(?:[.\w-]*)\Z", "", name)


def is_candidate(name: str, magic: bytes, size: int) -> bool:
    """Whether a single file can be a checkpoint by its name and first bytes."""
    plain = stem_of(name).lower()
    if plain.endswith(_SURE) or _NAMED.match(plain):
        return True
    if not plain.endswith(_TORCH):
        return False
    is_weights = not plain.endswith(".bin") or _WEIGHTS.match(plain) is not None
    return is_weights or magic.startswith(_MAGIC)


def wants_magic(name: str) -> bool:
    """Whether the first bytes are needed to tell what a file is."""
    return stem_of(name).lower().endswith(_TORCH)


def is_of_interest(name: str) -> bool:
    """Whether a name can be part of a checkpoint at all, so that a listing keeps it."""
    plain = stem_of(name).lower()
    return (
        plain.endswith((*_SURE, *_TORCH, ".ocdbt", ".index.json", sharded.KERAS))
        or name in _MARKS
        or _NAMED.match(plain) is not None
        or accelerate.RANDOM.match(name) is not None
        or tensorflow.DATA.match(name) is not None
    )


def kind_of(folder: str, names: Set[str], below: Set[str]) -> Optional[str]:
    """The kind of group a folder is, by its own name, its files and its folders."""
    name = posixpath.basename(folder)
    bare = name[4:] if name.startswith("tmp-") else name
    if (trainer.NAME.match(bare) and names | below) or trainer.STATE in names:
        return "trainer"
    if any(n.endswith(("_model_states.pt", "_optim_states.pt")) for n in names):
        return "deepspeed"
    if re.match(r"iter_\d{7}\Z", name) or any(n.startswith("mp_rank_") for n in below):
        return "megatron"
    if orbax.TMP in name or orbax.MARKS & names:
        return "orbax"
    if ".metadata" in names or ".metadata.tmp" in names or _any(names, ".distcp"):
        return "dcp"
    if any(map(accelerate.RANDOM.match, names)):
        return "accelerate"
    if set(peft.WEIGHTS) & names or (peft.CONFIG in names and not _any(names, *_SURE)):
        return "peft"
    if any(map(tensorflow.DATA.match, names)):
        return "tensorflow"
    if _any(names, *sharded.INDEX) or any(map(sharded.PART.match, names)):
        return "sharded"
    return None


def _any(names: Iterable[str], *endings: str) -> bool:
    return any(name.endswith(endings) for name in names)


def folders_of(entries: Sequence[Entry]) -> Dict[str, Tuple[Set[str], Set[str]]]:
    """Each folder with the names of its files and of its folders."""
    tree: Dict[str, Tuple[Set[str], Set[str]]] = {}
    for entry in entries:
        folder, name = posixpath.split(entry.path)
        tree.setdefault(folder, (set(), set()))[0].add(name)
        while folder not in ("", "/"):
            above, name = posixpath.split(folder)
            known = tree.setdefault(above, (set(), set()))[1]
            if name in known:
                break
            known.add(name)
            folder = above
    return tree


def groups_in(entries: Sequence[Entry]) -> List[Tuple[str, str]]:
    """Every group, nested ones too: kind and folder."""
    found: List[Tuple[str, str]] = []
    for folder, (names, below) in sorted(folders_of(entries).items()):
        kind = kind_of(folder, names, below)
        if kind in WHOLE and any(k == kind and _is_below(folder, f) for k, f in found):
            continue  # a part of it, which has the same marks
        if kind is not None:
            found.append((kind, folder))
        if kind not in (None, "sharded") and _any(names, *sharded.INDEX):
            found.append(("sharded", folder))
    return found


_TREES = frozenset({"trainer", "deepspeed", "megatron", "orbax", "accelerate"})
"""Kinds to which everything below their folder belongs."""
WHOLE = frozenset({"orbax"})
"""Of these, those whose files have names that tell nothing: a listing keeps every one."""


def trees_in(groups: Sequence[Tuple[str, str]]) -> List[str]:
    """The folders of which each is one checkpoint with all below it, but for another of these.

    A folder within another's is a part of it. A Trainer's `checkpoint-N` is not: it stands beside what
    a run saved last in the folder above (`Trainer.save_model`, `save_state`).
    """
    trees = [folder for kind, folder in groups if kind in _TREES]
    own = {f for kind, f in groups if kind == "trainer" and _is_named_step(f)}
    return [f for f in trees if f in own or not any(_is_below(f, other) for other in trees)]


def _is_named_step(folder: str) -> bool:
    name = posixpath.basename(folder)
    return trainer.NAME.match(name[4:] if name.startswith("tmp-") else name) is not None


def tree_of(path: str, trees: Sequence[str]) -> str:
    """The innermost of these folders that a file lies in; empty for none."""
    return max((f for f in trees if _is_below(path, f)), key=len, default="")


def is_part(path: str, folder: str, trees: Sequence[str]) -> bool:
    """Whether a file belongs to the group in this folder, and to no checkpoint of its own within it."""
    tree = tree_of(path, trees)
    return _is_below(path, folder) and not (tree != folder and _is_below(tree, folder))


def is_globbed(path: str, globs: Sequence[str]) -> bool:
    """Whether a person named this file: by its name, or by its absolute path."""
    name = posixpath.basename(path)
    return any(fnmatchcase(path, glob) or fnmatchcase(name, glob) for glob in globs)


def checkpoints_in(entries: Sequence[Entry], now: float, globs: Sequence[str] = ()) -> List[Found]:
    """The checkpoints, newest first; what belongs to an outer one is not listed again.

    `globs` name files that count beside the known formats; they are called `named`.
    """
    groups = groups_in(entries)
    outer = trees_in(groups)
    taken: Dict[str, Tuple[str, List[Entry]]] = {}
    kinds = dict(reversed([(folder, kind) for kind, folder in groups]))
    for entry in entries:
        folder = posixpath.dirname(entry.path)
        tree = tree_of(entry.path, outer)
        if tree:
            taken.setdefault(tree, (kinds[tree], []))[1].append(entry)
            continue
        if entry.part_of:
            taken.setdefault(entry.part_of, ("onnx", []))[1].append(entry)
            continue
        key = _group_key(kinds.get(folder), folder, posixpath.basename(entry.path))
        if key is not None:
            taken.setdefault(key[1], (key[0], []))[1].append(entry)
        elif _stands_alone(entry):
            taken.setdefault(entry.path, (_format(entry), []))[1].append(entry)
        elif is_globbed(entry.path, globs):
            taken.setdefault(entry.path, ("named", []))[1].append(entry)
    found = [_found(kind, path, own, now) for path, (kind, own) in taken.items()]
    return sorted(found, key=lambda one: -max(e.mtime_ns for e in one.entries))


def _is_below(path: str, folder: str) -> bool:
    return path.startswith(folder.rstrip("/") + "/")


def _group_key(kind: Optional[str], folder: str, name: str) -> Optional[Tuple[str, str]]:
    """The group within its folder that a file belongs to; None when it stands alone."""
    if kind == "dcp":
        return kind, folder
    if kind == "peft" and name.startswith("adapter_"):
        return kind, folder
    part = sharded.PART.match(name)
    if part is not None or name.endswith(sharded.INDEX):
        stem = part["stem"] if part is not None else name.split(".")[0]
        return "sharded", posixpath.join(folder, stem)
    keras = sharded.KERAS_PART.match(name)
    if keras is not None and kind == "sharded":
        return kind, posixpath.join(folder, keras["stem"])
    data = tensorflow.DATA.match(name)
    if kind == "tensorflow" and (data is not None or name.endswith(".index")):
        stem = data["stem"] if data is not None else name[: -len(".index")]
        return kind, posixpath.join(folder, stem)
    return None


def _stands_alone(entry: Entry) -> bool:
    name = posixpath.basename(entry.path)
    return is_candidate(name, bytes.fromhex(entry.magic), entry.size)


def _format(entry: Entry) -> str:
    plain = stem_of(posixpath.basename(entry.path)).lower()
    if entry.magic.startswith(LEGACY[:8].hex()):
        return "torch-legacy"
    if entry.magic.startswith(b"GGUF".hex()):
        return "gguf"
    ending = posixpath.splitext(plain)[1]
    if ending in _FORMATS:
        return _FORMATS[ending]
    return "torch" if ending in _TORCH else "msgpack"


def _found(kind: str, path: str, entries: List[Entry], now: float) -> Found:
    return Found(kind, path, tuple(entries), step_of(path), _unfinished(path, entries, now))


def step_of(path: str) -> Optional[int]:
    """The training step that the last two names of a path tell."""
    names = [name for name in path.split("/") if name][-2:]
    for name in reversed(names):
        for pattern in _STEPS:
            found = pattern.search(stem_of(name))
            if found is not None:
                return int(found[1])
    return None


def _unfinished(path: str, entries: List[Entry], now: float) -> str:
    for name in (posixpath.basename(path), *(posixpath.basename(e.path) for e in entries)):
        if _TEMPORARY.search(name):
            return f"{name} has a temporary name"
    age = now - max(entry.mtime_ns for entry in entries) / 1e9
    if age < SETTLE_S:
        return f"changed {max(0, int(age))} s ago"
    return ""
