"""numpy's and h5py's own files."""

import os

import h5py
import numpy as np


def write(folder):
    dice = np.random.default_rng(0)
    arrays = {
        "w": dice.standard_normal((40, 30)),
        "b": np.arange(9),
        "text": np.array(["a", "b"]),
    }
    np.savez(os.path.join(folder, "step_40.npz"), **arrays)
    np.savez_compressed(os.path.join(folder, "packed.npz"), **arrays)
    np.save(os.path.join(folder, "w.npy"), arrays["w"])
    np.save(os.path.join(folder, "objects.npy"), np.array([{"a": 1}, None], object))
    with h5py.File(os.path.join(folder, "arrays.h5"), "w") as file:
        file.attrs["step"] = 40
        file.create_dataset(
            "summed", data=arrays["w"], chunks=(10, 10), compression="gzip", fletcher32=True
        )
        file.create_dataset("plain", data=arrays["b"])
        file.create_dataset("words", data=["one", "two"])
        file.create_group("inner")["w"] = h5py.SoftLink("/plain")
    with h5py.File(os.path.join(folder, "latest.h5"), "w", libver="latest") as file:
        file.create_dataset(
            "w", data=arrays["w"], chunks=(10, 10), maxshape=(None, 30), shuffle=True
        )
