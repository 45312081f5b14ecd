"""Trees of JAX and models of Keras, by flax, Orbax and Keras themselves."""

from pathlib import Path

import pytest

from tests.frameworks import needs, python_with
from tests.frameworks.written import (
    Damages,
    Shown,
    cut,
    flip,
    flip_in,
    listed,
    shown,
    swap,
    written,
)

LIBRARIES = ("flax", "orbax", "keras")
pytestmark = [
    needs(*LIBRARIES),
    pytest.mark.timeout(300),
]
CHECKPOINTS: dict[str, dict[str, tuple[str, int | None]]] = {
    "jax_trees": {
        "flax/state.msgpack": ("msgpack", None), "flax/flax_model.msgpack": ("msgpack", None),
        "legacy/checkpoint_100": ("msgpack", 100), "legacy/checkpoint_200": ("msgpack", 200),
        "flax_legacy/checkpoint_300": ("msgpack", 300), "standard/500": ("orbax", 500),
        "bare": ("orbax", None), "manager/20": ("orbax", 20), "manager/30": ("orbax", 30),
        "zarr/7": ("orbax", 7),
    },
    "keras_models": {
        "model.keras": ("keras", None), "model_epoch=03.weights.h5": ("hdf5", None),
        "old.h5": ("hdf5", None), "sharded": ("sharded", None),
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.getbasetemp(), python_with(*LIBRARIES), *CHECKPOINTS)


@pytest.mark.parametrize("writer", CHECKPOINTS)
def test_each_save_is_listed_as_one_checkpoint_with_its_step(real: Path, writer: str) -> None:
    assert listed(real / writer) == CHECKPOINTS[writer]


@pytest.mark.parametrize("level", ["structure", "full"])
def test_keras_and_flax_are_ok_and_orbax_says_that_only_its_own_load_tells(
    real: Path, level: str
) -> None:
    found = shown(real, level)
    orbax = {path: one for (kind, path), one in found.groups.items() if kind == "orbax"}
    assert len(orbax) == 5
    said = "unknown: committed; its arrays are read only by Orbax itself"
    for name, reason in found.less_than_ok().items():
        path, _, kind = name.partition(" (")
        assert kind == "orbax)" or any(path.startswith(f"{one}/") for one in orbax)
        assert reason == (said if kind else "unknown: no verifier knows this format")


DAMAGES: Damages = {
    "keras-flipped": ("keras_models/model.keras", "", flip(), "broken"),
    "keras-cut": ("keras_models/model.keras", "", cut, "broken"),
    "weights-cut": ("keras_models/model_epoch=03.weights.h5", "", cut, "broken"),
    "keras-shard-missing": ("keras_models", "sharded_00001.weights.h5", Path.unlink, "broken"),
    "keras-shards-swapped": ("keras_models", "sharded_00001.weights.h5",
                             swap("sharded_00000.weights.h5"), "broken"),
    "old-cut": ("keras_models/old.h5", "", cut, "broken"),
    "msgpack-cut": ("jax_trees/flax/state.msgpack", "", cut, "broken"),
    "msgpack-shape": ("jax_trees/flax/state.msgpack", "", flip_in(b"kernel\xc7\x00"[:6]), "broken"),
    "orbax-not-ended": ("jax_trees/standard/500", "_CHECKPOINT_METADATA",
                        lambda path: path.write_text('{"init_timestamp_nsecs": 1}'), "broken"),
    "orbax-without-manifest": ("jax_trees/standard/500", "manifest.ocdbt", cut, "unknown"),
    "orbax-empty-manifest": ("jax_trees/manager/30", "state/manifest.ocdbt",
                             lambda path: path.write_bytes(b""), "broken"),
}  # fmt: skip


@pytest.mark.parametrize("name", DAMAGES)
def test_damage_to_a_real_file_is_never_ok(judged: dict[str, Shown], name: str) -> None:
    assert judged[name].worst() == DAMAGES[name][3], judged[name]


def test_orbax_reads_every_byte(real: Path) -> None:
    found = shown(
        real / "jax_trees" / "manager" / "30", "load", (python_with(*LIBRARIES), "-I")
    ).groups
    assert found["orbax", "."]["verdict"] == "ok", found
    assert "read 2510 bytes" in found["orbax", "."]["reason"]
