"""Keras 3: whole models and weights alone; its old HDF5 as well."""

import os

import keras


def trained():
    keras.utils.set_random_seed(0)
    model = keras.Sequential([
        keras.Input((8,)), keras.layers.Dense(16, activation="relu"), keras.layers.BatchNormalization(),
        keras.layers.Dense(2),
    ])  # fmt: skip
    model.compile(optimizer="adam", loss="mse")
    model.optimizer.build(model.trainable_variables)
    return model


def write(folder):
    model = trained()
    model.save(os.path.join(folder, "model.keras"))
    model.save_weights(os.path.join(folder, "model_epoch=03.weights.h5"))
    model.save(os.path.join(folder, "old.h5"))
    model.save_weights(os.path.join(folder, "sharded.weights.json"), max_shard_size=1e-6)
