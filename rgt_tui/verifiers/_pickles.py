"""Pickles walked inertly: what they describe is read, nothing they name is imported or called.

The pure-Python unpickler of the standard library is driven with stand-ins: every class or
function a pickle names becomes an inert class that records its arguments. (CPython's unpickler in
C was made to print `SystemError` by a hostile BYTEARRAY8; this one cannot be.)
"""

from __future__ import annotations

import collections
import io
import pickle
from typing import Any, Callable, ClassVar, Dict, Iterator, List, NamedTuple, Optional, Set, Tuple

from rgt_tui.verifiers import Broken, Unsure
from rgt_tui.verifiers._names import judge_names

LARGEST = 256 << 20
OPCODES_MAX = 40_000_000

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


class Inert:
    """Stands for whatever a pickle names: it records and does nothing."""

    named = ("", "")

    def __new__(cls, *args: Any, **kwargs: Any) -> Inert:
        """A record of a call."""
        made = object.__new__(cls)
        made.args = args
        made.state = None
        made.items = []
        return made

    args: Tuple[Any, ...]
    state: Any
    items: List[Any]

    def __setstate__(self, state: Any) -> None:
        self.state = state

    def append(self, item: Any) -> None:
        """Records what would be added."""
        self.items.append(item)

    add = append

    def extend(self, items: Any) -> None:
        """Records what would be added."""
        self.items.extend(items)

    def __setitem__(self, key: Any, value: Any) -> None:
        self.items.append((key, value))


class Attribute:
    """Stands for `getattr`, by which Python 3.11 pickles the members of enumerations.

    To get a member of a class by its name is what `class.name` is; any other use is told as what
    it is, and refused.
    """

    def __init__(self, named: Set[Tuple[str, str]]) -> None:
        self.named = named

    def __call__(self, *args: Any) -> Any:
        """The member of a class that the pickle named before."""
        owner, name = args if len(args) == 2 else (None, None)
        if not (isinstance(owner, type) and issubclass(owner, Inert) and _is_plain(name)):
            self.refuse()
            return Inert(*args)
        module, outer = owner.named
        called = (module, f"{outer}.{_text(name)}")
        self.named.add(called)
        return type("x", (Inert,), {"named": called})

    def refuse(self) -> None:
        """Tells that a pickle names it for something else."""
        self.named.add(("builtins", "getattr"))


class InertDict(Dict[Any, Any]):
    """Stands for `OrderedDict` and its like."""

    state: Any = None

    def __init__(self, *args: Any) -> None:
        super().__init__()
        for arg in args:
            if isinstance(arg, (list, tuple)):
                for pair in arg:
                    if isinstance(pair, (list, tuple)) and len(pair) == 2:
                        self[_hashable(pair[0])] = pair[1]

    def __setstate__(self, state: Any) -> None:
        self.state = state


class Walked(NamedTuple):
    """What a pickle holds; `end` is where it ends, `memo` are the values that it numbered."""

    value: Any
    storages: Dict[str, Storage]
    tensors: List[Tensor]
    named: Set[Tuple[str, str]]
    end: int
    memo: Dict[int, Any]


class _Unpickler(pickle._Unpickler):  # the pure-Python one
    dispatch: ClassVar[Dict[Any, Any]] = dict(pickle._Unpickler.dispatch)
    reduce: ClassVar[Callable[[Any], None]] = dispatch[pickle.REDUCE[0]]
    read: Callable[[int], bytes]
    readline: Callable[[], bytes]
    memo: Dict[int, Any]
    append: Callable[[Any], None]
    stack: List[Any]

    def __init__(self, source: io.BytesIO, size: int) -> None:
        super().__init__(source, encoding="bytes", errors="surrogateescape")
        self.size = size
        self.storages: Dict[str, Storage] = {}
        self.tensors: List[Tensor] = []
        self.named: Set[Tuple[str, str]] = set()
        self.highest = 0

    def find_class(self, module: str, name: str) -> Any:
        module, name = _text(module), _text(name)
        if (module, name) in (("builtins", "getattr"), ("__builtin__", "getattr")):
            return Attribute(self.named)
        self.named.add((module, name))
        if module == "collections" and name in ("OrderedDict", "defaultdict", "Counter"):
            return InertDict
        if module in ("builtins", "__builtin__") and name in ("set", "list", "dict", "frozenset"):
            return {"set": list, "list": list, "dict": InertDict, "frozenset": tuple}[name]
        if module == "torch._utils" and name.startswith("_rebuild_tensor"):
            return self.rebuild
        if module == "torch._utils" and name == "_rebuild_parameter":
            return lambda data=None, *rest: data
        return type(str(name.rpartition(".")[2] or "x"), (Inert,), {"named": (module, name)})

    def rebuild(self, *args: Any) -> Any:
        made = _tensor(args)
        if made is not None:
            self.tensors.append(made)
        return made if made is not None else Inert(*args)

    def persistent_load(self, pid: Any) -> Any:
        storage = _storage(pid)
        if storage is None:
            raise Unsure("it refers to something outside that is no torch storage")
        known = self.storages.setdefault(storage.key, storage)
        if known.elements * known.item != storage.elements * storage.item:
            raise Broken(f"storage {storage.key} has two sizes")
        return storage

    def get_extension(self, code: int) -> None:
        raise Broken(f"it uses the pickle extension {code}, which no checkpoint does")

    def load_reduce(self) -> None:
        """A call; one that hands `getattr` on is told."""
        args = self.stack[-1]
        for one in args if isinstance(args, tuple) else ():
            if isinstance(one, Attribute):
                one.refuse()
        type(self).reduce(self)

    def load_bytearray8(self) -> None:
        size = int.from_bytes(self.read(8), "little")
        if size > self.size:
            raise Broken("a byte string is longer than the file")
        self.append(bytearray(self.read(size)))

    def load_put(self) -> None:
        """Remembers a value by its number, in text."""
        self.remember(int(self.readline()[:-1]))

    def load_binput(self) -> None:
        """Remembers a value by its number, of one byte."""
        self.remember(self.read(1)[0])

    def load_long_binput(self) -> None:
        """Remembers a value by its number, of four bytes."""
        self.remember(int.from_bytes(self.read(4), "little"))

    def remember(self, number: int) -> None:
        """Writers count up; CPython makes room for every number below the highest."""
        if number < 0:
            raise Broken("it numbers a value below zero")
        self.highest = max(self.highest, number)
        self.memo[number] = self.stack[-1]

    dispatch[pickle.PUT[0]] = load_put
    dispatch[pickle.BINPUT[0]] = load_binput
    dispatch[pickle.LONG_BINPUT[0]] = load_long_binput
    dispatch[pickle.REDUCE[0]] = load_reduce
    dispatch[pickle.BYTEARRAY8[0]] = load_bytearray8


def _text(name: Any) -> str:
    return name.decode("ascii", "replace") if isinstance(name, bytes) else str(name)


def _is_plain(name: Any) -> bool:
    """Whether a name can be that of a member: neither dotted nor private."""
    return isinstance(name, (str, bytes)) and _text(name).isidentifier() and _text(name)[0] != "_"


def _hashable(key: Any) -> Any:
    try:
        hash(key)
    except TypeError:
        return repr(type(key))
    return key


def _storage(pid: Any) -> Optional[Storage]:
    if not isinstance(pid, tuple) or len(pid) < 5 or _text(pid[0]) != "storage":
        return None
    kind = getattr(pid[1], "named", ("", ""))[1]
    if not kind.endswith("Storage") or not isinstance(pid[4], int) or pid[4] < 0:
        return None
    name = kind[: -len("Storage")]
    return Storage(_text(pid[2]), pid[4], ITEM_SIZES.get(name, 0), name)


def _tensor(args: Tuple[Any, ...]) -> Optional[Tensor]:
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


def walk(data: bytes, what: str, start: int = 0, memo: Optional[Dict[int, Any]] = None) -> Walked:
    """What a pickle holds, without building any of it.

    Args:
        data: it, and what may follow.
        what: its name, for what is said of it.
        start: where it begins.
        memo: values that pickles before it numbered; none, where it stands for itself. Takes its own.

    Raises:
        Broken: it is no whole pickle, or names what runs code.
        Unsure: it is too large to walk.
    """
    if len(data) > LARGEST:
        raise Unsure(f"{what} has {len(data)} bytes, more than is walked")
    source = io.BytesIO(data)
    source.seek(start)
    unpickler = _Unpickler(source, len(data))
    if memo is not None:
        unpickler.memo = memo
    try:
        value = unpickler.load()
        for one in each(value):
            if isinstance(one, Attribute):
                one.refuse()
    except (Broken, Unsure):
        judge_names(unpickler.named, what)
        raise
    except RecursionError as error:
        raise Unsure(f"{what} is nested too deeply to walk") from error
    except MemoryError as error:
        raise Unsure(f"{what} needs more memory than a verifier may have") from error
    except Exception as error:  # a damaged pickle fails in every way there is
        judge_names(unpickler.named, what)
        raise Broken(f"{what} is not a whole pickle ({type(error).__name__})") from error
    judge_names(unpickler.named, what)
    if unpickler.highest > max(256, len(data)):
        raise Unsure(
            f"{what} numbers a value {unpickler.highest}, as no writer does: a load needs room for "
            "as many and may fail"
        )
    return Walked(
        value, unpickler.storages, unpickler.tensors, unpickler.named, source.tell(), unpickler.memo
    )


def each(value: Any) -> Iterator[Any]:
    """Every value inside a walked one, itself first; cycles and depth do no harm."""
    queue, seen = collections.deque([value]), set()
    while queue:
        one = queue.popleft()
        yield one
        if isinstance(one, (str, bytes, int, float, type(None))) or id(one) in seen:
            continue
        seen.add(id(one))
        if isinstance(one, dict):
            queue.extend(one.keys())
            queue.extend(one.values())
        elif isinstance(one, (list, tuple)):
            queue.extend(one)
        elif isinstance(one, Inert):
            queue.extend((*one.args, one.state, *one.items))
