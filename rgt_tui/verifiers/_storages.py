"""Torch storages and tensors, as pickles describe them."""

from __future__ import annotations

from typing import Any, NamedTuple, Optional, Tuple

from rgt_tui.verifiers import Broken

ITEM_SIZES = {
    "Float": 4, "Double": 8, "Half": 2, "BFloat16": 2, "Long": 8, "Int": 4, "Short": 2, "Char": 1,
    "Byte": 1, "Bool": 1, "ComplexFloat": 8, "ComplexDouble": 16, "ComplexHalf": 4, "Untyped": 1,
    "QInt8": 1, "QUInt8": 1, "QInt32": 4, "QUInt4x2": 1, "QUInt2x4": 1,
}  # fmt: skip
"""Bytes of one element by the first word of torch's storage classes."""


class Storage(NamedTuple):
    """A torch storage that a pickle refers to."""

    key: str
    elements: int
    item: int
    kind: str


class Tensor(NamedTuple):
    """A tensor that a pickle describes: a window on a storage, in elements."""

    storage: Storage
    offset: int
    shape: Tuple[int, ...]
    stride: Tuple[int, ...]

    @property
    def reach(self) -> int:
        """The number of elements of the storage it needs."""
        if not all(self.shape):
            return 0
        return self.offset + 1 + sum((n - 1) * s for n, s in zip(self.shape, self.stride))


def storage_of(pid: Any) -> Optional[Storage]:
    if not isinstance(pid, tuple) or len(pid) < 5 or text_of(pid[0]) != "storage":
        return None
    kind = getattr(pid[1], "named", ("", ""))[1]
    if not kind.endswith("Storage") or not isinstance(pid[4], int) or pid[4] < 0:
        return None
    name = kind[: -len("Storage")]
    return Storage(text_of(pid[2]), pid[4], ITEM_SIZES.get(name, 0), name)


def tensor_of(args: Tuple[Any, ...]) -> Optional[Tensor]:
    if len(args) < 4 or not isinstance(args[0], Storage):
        return None
    storage, offset, shape, stride = args[:4]
    if isinstance(stride, tuple) and len(stride) == 2 and isinstance(stride[0], tuple):
        return None  # a quantised tensor's quantiser stands elsewhere
    numbers = (offset, *shape, *stride) if isinstance(shape, tuple) else ()
    if not isinstance(stride, tuple) or len(shape) != len(stride) or not numbers:
        raise Broken("a tensor's shape is damaged")
    if not all(isinstance(n, int) and n >= 0 for n in numbers):
        raise Broken("a tensor's shape is damaged")
    return Tensor(storage, offset, shape, stride)


def text_of(name: Any) -> str:
    return name.decode("ascii", "replace") if isinstance(name, bytes) else str(name)
