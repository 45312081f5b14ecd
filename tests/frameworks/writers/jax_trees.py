"""Trees of JAX: flax's msgpack, and Orbax's StandardCheckpointer and CheckpointManager."""

import os

import flax.serialization
import jax
import jax.numpy as jnp
import numpy as np
import optax
import orbax.checkpoint as ocp
from flax.training import checkpoints, train_state


def tree():
    keys = jax.random.split(jax.random.PRNGKey(0), 3)
    return {
        "dense": {"kernel": jax.random.normal(keys[0], (16, 32)), "bias": jnp.ones(32)},
        "half": jax.random.normal(keys[1], (9, 5), jnp.bfloat16),
        "ids": jnp.arange(60),
        "scalar": np.float32(2.5),
    }


def managed(folder):
    options = ocp.CheckpointManagerOptions(max_to_keep=2, enable_async_checkpointing=True)
    with ocp.CheckpointManager(folder, options=options) as manager:
        for step in (10, 20, 30):
            items = ocp.args.Composite(
                state=ocp.args.StandardSave(tree()), notes=ocp.args.JsonSave({"epoch": step // 10})
            )
            manager.save(step, args=items)
        manager.wait_until_finished()


def write(folder):
    params = {name: one for name, one in tree().items() if name != "ids"}
    state = train_state.TrainState.create(apply_fn=None, params=params, tx=optax.adam(1e-3))
    os.makedirs(os.path.join(folder, "flax"))
    for name, value in (("state.msgpack", state), ("flax_model.msgpack", tree())):
        with open(os.path.join(folder, "flax", name), "wb") as file:
            file.write(flax.serialization.to_bytes(value))
    legacy = os.path.join(folder, "legacy")
    os.makedirs(legacy)
    for step in (100, 200):
        with open(os.path.join(legacy, f"checkpoint_{step}"), "wb") as file:
            file.write(
                flax.serialization.msgpack_serialize(flax.serialization.to_state_dict(state))
            )
    flax.config.update("flax_use_orbax_checkpointing", False)
    checkpoints.save_checkpoint(os.path.join(folder, "flax_legacy"), state, 300, overwrite=True)
    with ocp.StandardCheckpointer() as writer:
        writer.save(os.path.join(folder, "standard", "500"), tree())
        writer.save(os.path.join(folder, "bare"), tree())
    managed(os.path.join(folder, "manager"))
    plain = ocp.PyTreeCheckpointHandler(use_ocdbt=False)
    ocp.Checkpointer(plain).save(os.path.join(folder, "zarr", "7"), tree())
