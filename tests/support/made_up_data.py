"""A small data set in IDX files, for tests of the program."""
import struct

import numpy as np


def write_idx(path, array):
    magic = 0x0800 + array.ndim
    path.write_bytes(struct.pack(f">{1 + array.ndim}I", magic, *array.shape) + array.astype(np.uint8).tobytes())


def make_dataset(folder, train=200, test=80, side=6, classes=4):
    """Images that can be learned: each class brightens pixels of its own, under noise."""
    folder.mkdir()
    r = np.random.RandomState(3)
    for name, count in (("train", train), ("t10k", test)):
        labels = r.randint(0, classes, count)
        labels[:classes] = range(classes)
        images = r.randint(0, 120, (count, side, side))
        bright = np.arange(side * side).reshape(side, side) % classes == labels[:, None, None]
        write_idx(folder / f"{name}-images-idx3-ubyte", images + 100 * bright)
        write_idx(folder / f"{name}-labels-idx1-ubyte", labels)
