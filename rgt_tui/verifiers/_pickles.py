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
from rgt_tui.verifiers._names import is_class, judge_names
from rgt_tui.verifiers._storages import Storage, Tensor, storage_of, tensor_of, text_of

LARGEST = 256 << 20
_INNER_MAX = 3


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
        called = (module, f"{outer}.{text_of(name)}")
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
    """What a pickle holds.

    `end` is where it ends, `memo` are the values that it numbered. Of what is `named` those are
    `called` that a load would call.
    """

    value: Any
    storages: Dict[str, Storage]
    tensors: List[Tensor]
    named: Set[Tuple[str, str]]
    end: int
    memo: Dict[int, Any]
    called: Set[Tuple[str, str]]


class _Unpickler(pickle._Unpickler):  # the pure-Python one
    dispatch: ClassVar[Dict[Any, Any]] = dict(pickle._Unpickler.dispatch)
    reduce: ClassVar[Callable[[Any], None]] = dispatch[pickle.REDUCE[0]]
    read: Callable[[int], bytes]
    readline: Callable[[], bytes]
    memo: Dict[int, Any]
    append: Callable[[Any], None]
    stack: List[Any]

    def __init__(self, source: io.BytesIO, size: int, depth: int) -> None:
        super().__init__(source, encoding="bytes", errors="surrogateescape")
        self.size = size
        self.storages: Dict[str, Storage] = {}
        self.tensors: List[Tensor] = []
        self.named: Set[Tuple[str, str]] = set()
        self.called: Set[Tuple[str, str]] = set()
        self.depth = depth
        self.highest = 0

    def find_class(self, module: str, name: str) -> Any:
        module, name = text_of(module), text_of(name)
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
        if module == "torch._tensor" and name == "_rebuild_from_type_v2":
            return self.with_attributes
        if module == "torch.storage" and name == "_load_from_bytes":
            return self.inner
        if module == "_codecs" and name == "encode":
            return _encoded
        return type(str(name.rpartition(".")[2] or "x"), (Inert,), {"named": (module, name)})

    def rebuild(self, *args: Any) -> Any:
        made = tensor_of(args)
        if made is not None:
            self.tensors.append(made)
        return made if made is not None else Inert(*args)

    def with_attributes(self, *args: Any) -> Any:
        """A tensor with a type or attributes of its own: its place stands in the arguments."""
        if len(args) == 4 and args[0] == self.rebuild and isinstance(args[2], tuple):
            self.rebuild(*args[2])
        return Inert(*args)

    def persistent_load(self, pid: Any) -> Any:
        if isinstance(pid, tuple) and len(pid) > 1 and text_of(pid[0]) == "module":
            return pid[1]  # the class of a whole model, with its source, in torch's old format
        storage = storage_of(pid)
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
        self.call(self.stack[-2], self.stack[-1])
        type(self).reduce(self)

    def _instantiate(self, klass: Any, args: Any) -> None:
        """A call by the opcodes that older protocols have for it."""
        self.call(klass, tuple(args))
        super()._instantiate(klass, args)  # type: ignore[misc]  # it is not in the stubs

    def call(self, what: Any, args: Any) -> None:
        """Notes a call. Functions may call what they are given, so that it counts as called, too."""
        given = args if isinstance(args, tuple) else ()
        for one in given:
            if isinstance(one, Attribute):
                one.refuse()
        named = _named(what)
        if named is not None:
            self.called.add(named)
        if named is None or not is_class(named[1]):
            self.called.update(it for it in map(_named, given) if it is not None)

    def inner(self, *args: Any) -> Any:
        """A storage that was pickled as the bytes of a file of its own, of torch's old format."""
        data = args[0] if args else None
        if not isinstance(data, bytes) or self.depth > _INNER_MAX:
            raise Unsure("a storage in it is held in a way that is not read")
        at, found = 0, []
        for what in ("magic", "protocol", "system", "value", "storage list"):
            found.append(walk(data, f"the {what} of a storage in it", at, depth=self.depth + 1))
            at = found[-1].end
            self.named |= found[-1].named
            self.called |= found[-1].called
        value, keys = found[3].value, found[4].value
        if not isinstance(value, Storage):
            raise Unsure("a storage in it is held in a way that is not read")
        if not isinstance(keys, list) or list(map(text_of, keys)) != [value.key]:
            raise Broken("the list of a storage in it does not name it")
        count = int.from_bytes(data[at : at + 8], "little", signed=True)
        if count != value.elements:
            raise Broken(f"a storage in it has {count} elements, its tensor {value.elements}")
        if value.item and len(data) != at + 8 + value.elements * value.item:
            raise Broken(
                f"a storage in it has {len(data) - at - 8} bytes of {value.elements} elements"
            )
        return value

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


def _named(one: Any) -> Optional[Tuple[str, str]]:
    """What a class or function is called that stands for one of the pickle."""
    if isinstance(one, type) and issubclass(one, Inert):
        return one.named
    return None


def _encoded(*args: Any) -> Any:
    """Bytes as protocol 2 writes them: letters in Latin 1."""
    text = args[0] if args else ""
    try:
        return text.encode("latin-1") if isinstance(text, str) else Inert(*args)
    except UnicodeEncodeError:
        return Inert(*args)


def _is_plain(name: Any) -> bool:
    """Whether a name can be that of a member: neither dotted nor private."""
    return (
        isinstance(name, (str, bytes)) and text_of(name).isidentifier() and text_of(name)[0] != "_"
    )


def _hashable(key: Any) -> Any:
    try:
        hash(key)
    except TypeError:
        return repr(type(key))
    return key


def walk(
    data: bytes,
    what: str,
    start: int = 0,
    *,
    memo: Optional[Dict[int, Any]] = None,
    depth: int = 0,
) -> Walked:
    """What a pickle holds, without building any of it.

    Args:
        data: it, and what may follow.
        what: its name, for what is said of it.
        start: where it begins.
        memo: values that pickles before it numbered; none, where it stands for itself. Takes its own.
        depth: in how many others it is held as bytes.

    Raises:
        Broken: it is no whole pickle, or names what runs code.
        Unsure: it is too large to walk.
    """
    if len(data) > LARGEST:
        raise Unsure(f"{what} has {len(data)} bytes, more than is walked")
    source = io.BytesIO(data)
    source.seek(start)
    unpickler = _Unpickler(source, len(data), depth)
    if memo is not None:
        unpickler.memo = memo
    value = _loaded(unpickler, what)
    if unpickler.highest > max(256, len(data)):
        raise Unsure(
            f"{what} numbers a value {unpickler.highest}, as no writer does: a load needs room for "
            "as many and may fail"
        )
    return Walked(
        value,
        unpickler.storages,
        unpickler.tensors,
        unpickler.named,
        source.tell(),
        unpickler.memo,
        unpickler.called,
    )


def _loaded(unpickler: _Unpickler, what: str) -> Any:
    """The value, once nothing it names runs code."""
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
    return value


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
