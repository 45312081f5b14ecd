"""ONNX: tensors within the file, beside it in one file, and beside it in a file each."""

import os

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


def graph():
    dice = np.random.default_rng(0)
    weights = [
        numpy_helper.from_array(dice.standard_normal((16, 16), dtype="f4"), f"w{n}")
        for n in range(3)
    ]
    names = ["x", "a", "b", "y"]
    nodes = [helper.make_node("MatMul", [names[n], f"w{n}"], [names[n + 1]]) for n in range(3)]
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [4, 16]) for name in ("x", "y")]
    made = helper.make_graph(nodes, "tiny", ends[:1], ends[1:], weights)
    return helper.make_model(made, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)


def write(folder):
    for name in ("alone", "beside", "each"):
        os.makedirs(os.path.join(folder, name))
    onnx.save(graph(), os.path.join(folder, "alone", "model.onnx"))
    onnx.save(graph(), os.path.join(folder, "beside", "model.onnx"), save_as_external_data=True,
              location="model.onnx.data", size_threshold=0)  # fmt: skip
    onnx.save(graph(), os.path.join(folder, "each", "model.onnx"), save_as_external_data=True,
              all_tensors_to_one_file=False, size_threshold=0)  # fmt: skip
