"""A small data set in IDX files, and pictures, for tests of the program."""
import struct
import zlib

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


def png(shape, depth, colour, lines, *chunks):
    """A PNG: its lines as the bytes that the pixels are packed into, and chunks (name, bytes) to stand before them."""
    def chunk(name, body):
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
    head = struct.pack(">2I5B", shape[1], shape[0], depth, colour, 0, 0, 0)
    data = zlib.compress(b"".join(b"\0" + bytes(line) for line in lines))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*c) for c in ((b"IHDR", head), *chunks, (b"IDAT", data), (b"IEND", b"")))
