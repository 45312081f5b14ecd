"""What a pickle calls: values are made, and whatever could do more than that is never ok."""

import functools
import io
import operator
import pickle
import typing
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from rgt_tui.verifiers._check import verify_file
from tests.verifiers.test_hostile import EVIL, torch_zip

LEGACY = (
    bytes.fromhex("80028a0a6cfc9c46f9206aa850192e") + pickle.dumps(1001, 2) + pickle.dumps({}, 2)
)


def judged(path: Path, content: bytes) -> tuple[str, str]:
    path.write_bytes(content)
    proof = verify_file(str(path), "full", lambda count: None)
    return proof["verdict"], proof["reason"]


@pytest.mark.parametrize("name", [
    "numpy.load", "numpy.f2py.crackfortran.myeval", "numpy.ctypeslib.load_library",
    "pandas.read_pickle", "hydra.utils.instantiate", "torch.serialization.load", "torch.jit.load",
    "torch._dynamo.optimize", "transformers.dynamic_module_utils.get_class_from_dynamic_module",
    "pathlib.Path.write_text", "torch.fx.graph_module.reduce_graph_module", "numpy.memmap.tofile",
    "torch._utils._import_dotted_name", "numpy.memmap", "torch._C.import_ir_module",
    "torch.utils.bottleneck.__main__.run_cprofile", "io.open", "logging.config._resolve",
])  # fmt: skip
def test_a_function_of_a_known_package_that_does_more_than_make_a_value_is_not_ok(
    name: str, tmp_path: Path
) -> None:
    module, _, function = name.rpartition(".")
    call = f"c{module}\n{function}\n(S'x'\ntR.".encode()
    inst = f"(S'x'\ni{module}\n{function}\n.".encode()
    handed = f"ctorch._tensor\n_rebuild_from_type_v2\n(c{module}\n{function}\ntR.".encode()
    for code in (call, inst, handed):
        for path, content in ((tmp_path / "a.pkl", code), (tmp_path / "a.pt", torch_zip(code))):
            verdict, reason = judged(path, content)
            assert verdict != "ok", (code, reason)
            assert function.rpartition(".")[2] in reason


def test_an_activation_that_is_only_named_is_ok(tmp_path: Path) -> None:
    code = b"ctorch.nn.modules.activation\nReLU\n)\x81}X\x01\0\0\0fctorch.nn.functional\nrelu\nsb."
    assert judged(tmp_path / "a.pkl", b"\x80\x02" + code)[0] == "ok"


@pytest.mark.parametrize("protocol", range(2, 6))
def test_what_numpy_and_annotations_call_makes_values(protocol: int, tmp_path: Path) -> None:
    value = {
        "state": np.random.RandomState(3), "generator": np.random.default_rng(3),
        "masked": np.ma.array([1, 2], mask=[False, True]), "one": np.float32(2), "getter": operator.itemgetter(1),
        "records": np.rec.array([(1, 2.0)], dtype=[("a", "i4"), ("b", "f4")]),
        "types": (typing.Dict[str, int], list[int], typing.Optional[int], type(None)),  # noqa: UP006, UP045
        "partial": functools.partial(int, base=2),
    }  # fmt: skip
    verdict, reason = judged(tmp_path / "a.pkl", pickle.dumps(value, protocol))
    assert verdict == "ok", reason


def inner(storage: bytes, *, count: int = 3, keys: Sequence[str] = ("0",)) -> bytes:
    """A pickled tensor as `pickle.dump` writes it: its storage is the bytes of a file of its own."""
    graph = (
        b"\x80\x02(X\x07\0\0\0storagectorch\nFloatStorage\nX\x01\0\0\x000X\x03\0\0\0cpuK\x03NtQ."
    )
    whole = LEGACY + graph + pickle.dumps(list(keys), 2) + count.to_bytes(8, "little") + storage
    out = io.BytesIO()
    out.write(b"\x80\x03ctorch._utils\n_rebuild_tensor_v2\n(ctorch.storage\n_load_from_bytes\n")
    out.write(
        b"B" + len(whole).to_bytes(4, "little") + whole + b"\x85RK\0K\x03\x85K\x01\x85\x89}tR."
    )
    return out.getvalue()


def test_a_storage_that_is_held_as_bytes_is_walked_as_well(tmp_path: Path) -> None:
    path = tmp_path / "a.pkl"
    assert judged(path, inner(bytes(range(12)))) == ("ok", "one pickle, no checksum")
    assert judged(path, inner(bytes(11)))[0] == "broken"
    assert judged(path, inner(bytes(12), count=4))[0] == "broken"
    for keys in ((), ("1",), ("0", "0")):
        assert judged(path, inner(bytes(12), keys=keys))[0] == "broken"
    hostile = LEGACY + EVIL + pickle.dumps([], 2)
    code = b"ctorch.storage\n_load_from_bytes\n(B" + len(hostile).to_bytes(4, "little") + hostile
    verdict, reason = judged(path, b"\x80\x03" + code + b"tR.")
    assert (verdict, "run code" in reason) == ("broken", True), reason
    verdict, reason = judged(path, b"\x80\x03ctorch.storage\n_load_from_bytes\n(B\x02\0\0\0PKtR.")
    assert verdict != "ok"
