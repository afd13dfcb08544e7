#!/usr/bin/python3
"""What the fuzzers begin with: a folder of inputs for each.

usage: make_seeds.py FOLDER
"""
import gzip
import io
import json
import shutil
import struct
import sys
from pathlib import Path

import numpy as np

TESTS = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TESTS / "support"))
from made_up_data import png, write_idx  # noqa: E402

RECORD_SEPARATOR = b"\x1e"  # config_fuzzer.cpp: an override follows


def make_idx(folder):
    for name, shape in (("labels", (5,)), ("images", (3, 4, 2)), ("image", (1, 1, 1)), ("wide", (2, 1, 200))):
        path = folder / name
        write_idx(path, np.arange(np.prod(shape)).reshape(shape) % 10)
        data = path.read_bytes()
        (folder / f"{name}.gz").write_bytes(gzip.compress(data, mtime=0))
        (folder / f"{name}-stored.gz").write_bytes(gzip.compress(data, 0, mtime=0))
    (folder / "huge").write_bytes(struct.pack(">4I", 0x0803, 2**32 - 1, 2048, 2048))
    (folder / "bomb.gz").write_bytes(gzip.compress(struct.pack(">4I", 0x0803, 1, 1, 1) + bytes(2**20), mtime=0))


def make_images(folder):
    # images_fuzzer.cpp: images of 2 x 3 pixels.
    grey = np.arange(6, dtype=np.uint8).reshape(2, 3) * 50
    write_idx(folder / "idx", np.stack([grey, grey]))
    write_idx(folder / "idx-labels", np.arange(5))
    arrays = {"list": np.stack([grey, grey]), "flat": grey.reshape(1, 6), "one": grey, "floats": grey / 255, "fortran": np.asfortranarray(grey),
              "labels": np.arange(5), "labels-big-endian": np.arange(5).astype(">i2"), "records": np.zeros(3, [("a", "u1")])}
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", array)
    with open(folder / "version-2.npy", "wb") as file:
        np.lib.format.write_array(file, grey, version=(2, 0))
    pictures = {"grey": (8, 0, grey), "colour": (8, 2, np.repeat(grey, 3, axis=1)), "transparent": (8, 4, np.repeat(grey, 2, axis=1)),
                "two-bits": (2, 0, [[0b00011000], [0b11100100]]), "sixteen-bits": (16, 0, np.repeat(grey, 2, axis=1))}
    for name, (depth, colour, lines) in pictures.items():
        (folder / f"{name}.png").write_bytes(png((2, 3), depth, colour, lines))
    palette = (b"PLTE", bytes([0, 0, 0, 255, 255, 255, 9, 90, 200])), (b"tRNS", b"\x80"), (b"gAMA", struct.pack(">I", 100000))
    (folder / "palette.png").write_bytes(png((2, 3), 8, 3, [[0, 1, 2], [2, 1, 0]], *palette))
    (folder / "huge.png").write_bytes(png((10**6, 10**6), 16, 6, [[0]]))
    for path in sorted(folder.iterdir()):
        path.with_name(path.name + ".gz").write_bytes(gzip.compress(path.read_bytes(), mtime=0))


def make_dataset(folder):
    # dataset_fuzzer.cpp: the form in the first byte; its files with a separator between them.
    def npy(array):
        file = io.BytesIO()
        np.save(file, array)
        return file.getvalue()

    def csv(x, t):
        return "\n".join(["a,label,b", *(f"{row[0]},{label},{row[1]}" for row, label in zip(x, t))]).encode()
    labels = np.arange(6) % 3
    floats = np.linspace(-1, 2, 12).reshape(6, 2)
    images = {"bytes": np.arange(12, dtype=np.uint8).reshape(6, 2), "floats": floats, "halves": floats.astype(">f2"), "fortran": np.asfortranarray(floats, "f4"),
              "cubes": np.arange(24, dtype="f4").reshape(6, 2, 2, 1), "none": np.full((6, 2), np.nan)}
    for name, x in images.items():
        for standardise in 0, 4:
            for t_name, t in ("", labels), ("-one-hot", np.eye(3)[labels]), ("-wide", labels.astype(">i8")):
                arrays = {"x_train": x, "t_train": t, "x_test": x[:3], "t_test": t[:3]}
                stem = f"{name}{t_name}-{standardise}"
                for kind, save in ("npz", np.savez), ("small-npz", np.savez_compressed):
                    file = io.BytesIO()
                    save(file, **arrays)
                    (folder / f"{stem}.{kind}").write_bytes(bytes([standardise]) + file.getvalue())
                (folder / f"{stem}.npy").write_bytes(bytes([1 + standardise]) + b"\x1e\x1e".join(map(npy, arrays.values())))
            if x.ndim == 2:
                (folder / f"{name}-{standardise}.csv").write_bytes(bytes([2 + standardise]) + csv(x, labels) + b"\x1e\x1e" + csv(x[:3], labels[:3]))
    (folder / "quoted.csv").write_bytes(b'\x02"a ""x""",label\r\n"1" , 0\r\n\r\n2,1\x1e\x1e"a ""x""",label\n-1e3,1\n')


def make_config(folder):
    texts = [path.read_bytes() for path in sorted(TESTS.parent.glob("configs/*.json"))]
    for case in json.loads((TESTS / "sweep" / "config_cases.json").read_text()):
        texts.append(json.dumps(case["config"], ensure_ascii=False).encode())
        if isinstance(case["config"], dict) and case["config"]:
            overrides = [f"{key}={json.dumps(value)}".encode() for key, value in case["config"].items()]
            texts.append(RECORD_SEPARATOR.join([b"{}", *overrides]))
    for i, text in enumerate(texts):
        if len(text) <= 4096:
            (folder / f"{i:03}").write_bytes(text)


def make_results(folder):
    # results_fuzzer.cpp takes from the end: what to do with the file, with which one, whether its digests are made
    # those of its runs, what is damaged.
    for target in range(6):
        for file in range(4):
            for own_digests in range(2):
                for damage in range(3):
                    (folder / f"{target}{file}{own_digests}{damage}").write_bytes(bytes([damage, own_digests, file, target]))


def make_checkpoint(folder):
    (folder / "damaged").write_bytes(b"\x00")
    (folder / "sealed").write_bytes(b"\x01")


def main(folder):
    shutil.rmtree(folder, ignore_errors=True)
    for make in (make_idx, make_images, make_dataset, make_config, make_results, make_checkpoint):
        part = folder / make.__name__.removeprefix("make_")
        part.mkdir(parents=True)
        make(part)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
