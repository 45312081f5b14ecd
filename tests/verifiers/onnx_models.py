"""ONNX models whose weights lie in files of their own, as bytes."""

from onnx import TensorProto, helper


def model(location: str, length: int = 4096, offset: int = 0) -> bytes:
    """A model of one tensor of 1,024 numbers whose bytes lie in another file."""
    tensor = TensorProto(name="w", data_type=1, dims=[1024], data_location="EXTERNAL")
    for key, value in (("location", location), ("offset", offset), ("length", length)):
        tensor.external_data.add(key=key, value=str(value))
    x = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1024])
    node = helper.make_node("Identity", ["x"], ["y"])
    graph = helper.make_graph([node], "g", [x], [x], [tensor])
    return bytes(helper.make_model(graph).SerializeToString())
