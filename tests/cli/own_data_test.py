#!/usr/bin/python3
"""Data of one's own, in arrays that NumPy has written, and in IDX files under the names that people have.

usage: own_data_test.py RUNNER [TestClass…]
"""
import gzip
import hashlib
import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import threading
import unittest
from pathlib import Path

import h5py
import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))
from made_up_data import make_dataset, write_idx  # noqa: E402
from results_values import values_of  # noqa: E402

RUNNER = None
NAMES = "x_train", "t_train", "x_test", "t_test"
IDX_NAMES = "train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"
CHECKSUMS = tuple(f"{part}_sha256" for part in ("train_images", "train_labels", "test_images", "test_labels"))


def read_idx(path):
    data = path.read_bytes()
    sizes = struct.unpack_from(f">{data[3]}I", data, 4)
    return np.frombuffer(data, np.uint8, offset=4 + 4 * data[3]).reshape(sizes)


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.dir = Path(folder.name)
        make_dataset(self.dir / "idx")
        self.arrays = {name: read_idx(self.dir / "idx" / file) for name, file in zip(NAMES, IDX_NAMES)}

    def run_it(self, *arguments, code=0):
        done = subprocess.run([RUNNER, *map(str, arguments)], cwd=self.dir, text=True, capture_output=True, timeout=300)
        self.assertEqual(done.returncode, code, f"{arguments}\n{done.stdout}\n{done.stderr}")
        self.said = done.stderr
        return done.stdout

    def config(self, dataset, name="sweep", **keys):
        path = self.dir / f"{name}.json"
        path.write_text(json.dumps({"dataset": dataset, "epochs": 2, "batch_size": 20, "hidden_size": 8, "learning_rate": 0.5} | keys))
        return path

    def save(self, **changes):
        """The four arrays as .npy files; returns what the config says."""
        for name, array in (self.arrays | changes).items():
            np.save(self.dir / f"{name}.npy", array)
        return {name: f"{name}.npy" for name in NAMES}

    def savez(self, name="data.npz", save=np.savez, **changes):
        save(self.dir / name, **{key: array for key, array in (self.arrays | changes).items() if array is not None})
        return {"npz": name}

    def train(self, dataset, name="sweep", **keys):
        """The file that comes of it: its checksums and all its numbers."""
        self.run_it(self.config(dataset, name, **keys), "--quiet")
        path = self.dir / "results" / f"{name}.h5"
        with h5py.File(path) as f:
            return {key: f.attrs[key] for key in CHECKSUMS}, values_of(path)

    def refused(self, dataset, *says, **keys):
        self.assertEqual(self.run_it(self.config(dataset, **keys), "--list", code=2), "")
        for text in says:
            self.assertIn(text, self.said)
        self.assertEqual(len(self.said.splitlines()), 1, self.said)


class Arrays(Case):
    def test_a_data_set_is_the_same_in_every_format(self):
        """The same checksums, so the same runs: what one file has trained, another goes on with."""
        expected = self.train({"dir": "idx"}, save_weights=True)
        archive = self.savez()
        self.assertEqual(self.train(archive, "npz", save_weights=True), expected)
        self.assertEqual(self.train(self.savez("small.npz", np.savez_compressed), "compressed", save_weights=True), expected)
        files = self.save()
        self.assertEqual(self.train(files, "npy", save_weights=True), expected)
        for name in NAMES:
            with open(self.dir / f"{name}.npy", "rb") as file:
                (self.dir / f"{name}.npy.gz").write_bytes(gzip.compress(file.read()))
        self.assertEqual(self.train({name: f"{name}.npy.gz" for name in NAMES}, "gzipped", save_weights=True), expected)
        self.assertEqual(self.train({name: f"idx/{file}" for name, file in zip(NAMES, IDX_NAMES)}, "mixed", save_weights=True), expected)
        self.run_it(self.config(archive, save_weights=True), "--output", "results/npy.h5")
        self.assertIn("nothing to do", self.said)

    def test_is_called_by_its_archive_or_folder(self):
        self.train(self.savez("fruits.npz"))
        (self.dir / "leaves").mkdir()
        for name, array in self.arrays.items():
            np.save(self.dir / "leaves" / f"{name}.npy", array)
        self.train({name: f"leaves/{name}.npy" for name in NAMES}, "npy")
        for name, called in ("sweep", "fruits"), ("npy", "leaves"):
            with h5py.File(self.dir / "results" / f"{name}.h5") as f:
                self.assertEqual(f.attrs["dataset"], called)
        with h5py.File(self.dir / "results" / "sweep.h5") as f:
            self.assertEqual(f.attrs["train_images_path"], str((self.dir / "fruits.npz").resolve()))
            self.assertEqual(json.loads(f.attrs["config"])["dataset"], {"npz": str((self.dir / "fruits.npz").resolve())})

    def test_a_path_on_the_command_line_is_relative_to_the_current_folder(self):
        (self.dir / "configs").mkdir()
        self.savez()
        shutil.move(self.config("mnist"), self.dir / "configs" / "sweep.json")
        self.run_it("configs/sweep.json", 'dataset={"npz": "data.npz"}', "--quiet")

    def test_labels_may_be_integers_of_any_type_or_one_hot(self):
        expected = self.train(self.savez())
        for i, kind in enumerate(("i1", "u2", ">u2", "<i4", ">i4", "u4", "i8", ">i8", "u8")):
            with self.subTest(kind=kind):
                labels = {name: self.arrays[name].astype(kind) for name in ("t_train", "t_test")}
                self.assertEqual(self.train(self.savez(**labels), f"of-{i}"), expected)
        for i, kind in enumerate((bool, np.uint8, np.int64, np.float32, np.float64)):
            with self.subTest(kind=kind):
                labels = {name: np.eye(4)[self.arrays[name]].astype(kind) for name in ("t_train", "t_test")}
                self.assertEqual(self.train(self.savez(**labels), f"one-hot-{i}"), expected)
        self.assertEqual(self.train(self.savez(t_train=self.arrays["t_train"][:, None]), "column"), expected)

    def test_fortran_order_is_the_same_array(self):
        expected = self.train(self.savez())
        fortran = {name: np.asfortranarray(self.arrays[name]) for name in ("x_train", "x_test")}
        self.assertFalse(fortran["x_train"].flags.c_contiguous)
        self.assertEqual(self.train(self.savez(**fortran), "fortran"), expected)

    def test_images_may_be_flat_or_have_channels(self):
        expected = self.train({"dir": "idx"})
        flat = {name: self.arrays[name].reshape(-1, 36) for name in ("x_train", "x_test")}
        found = self.train(self.savez(**flat), "flat")
        self.assertNotEqual(found[0], expected[0])
        metrics = "train_loss", "train_accuracy", "test_loss", "test_accuracy"
        self.assertEqual([found[1][name] for name in metrics], [expected[1][name] for name in metrics])
        for shape in (-1, 6, 6, 1), (-1, 1, 6, 6):
            channel = {name: self.arrays[name].reshape(shape) for name in ("x_train", "x_test")}
            self.assertEqual(self.train(self.savez(**channel), "-".join(map(str, shape))), expected)
        colour = {name: self.arrays[name].reshape(-1, 3, 4, 3) for name in ("x_train", "x_test")}
        self.assertEqual([self.train(self.savez(**colour), "colour")[1][name] for name in metrics], [expected[1][name] for name in metrics])


def sha256_of(array):
    """Of an IDX file of these bytes."""
    array = np.ascontiguousarray(array)
    return hashlib.sha256(struct.pack(f">{1 + array.ndim}I", 0x0800 + array.ndim, *array.shape) + array.tobytes()).hexdigest()


def scale_of_all(x):
    x = x.astype(np.float64)
    return x.min(), (x.max() - x.min()) / 255


def scale_of_columns(x):
    """Mean and variance as Welford has them, in the order of the images."""
    mean, squares = np.zeros(x.shape[1:]), np.zeros(x.shape[1:])
    for count, image in enumerate(x.astype(np.float64), 1):
        difference = image - mean
        mean += difference / count
        squares += difference * (image - mean)
    reach = 3 * np.sqrt(squares / len(x))
    return mean - reach, ((mean + reach) - (mean - reach)) / 255


def to_bytes(x, offset, step):
    with np.errstate(divide="ignore", invalid="ignore"):
        place = np.where(step > 0, (x.astype(np.float64) - offset) / step, 0)
    return np.floor(np.clip(place, 0, 255) + 0.5).astype(np.uint8)


class Floats(Case):
    def setUp(self):
        super().setUp()
        r = np.random.RandomState(1)
        self.floats = {name: (self.arrays[name] / 100 - 0.3 + 1e-3 * r.randn(*self.arrays[name].shape)) for name in ("x_train", "x_test")}
        self.floats["x_test"] = np.clip(self.floats["x_test"], -0.2, 1.7)

    def scale_of(self, name="sweep"):
        with h5py.File(self.dir / "results" / f"{name}.h5") as f:
            return f["pixel_scale/add_offset"][()], f["pixel_scale/scale_factor"][()]

    def expect(self, found, x, scale):
        for name, part in ("x_train", "train_images_sha256"), ("x_test", "test_images_sha256"):
            self.assertEqual(found[0][part], sha256_of(to_bytes(x[name], *scale)), name)

    def test_every_type_and_order_has_the_bytes_that_numpy_finds(self):
        for i, kind in enumerate(("f2", ">f2", "f4", ">f4", "f8", ">f8")):
            for order in "C", "F":
                with self.subTest(kind=kind, order=order):
                    x = {name: np.asarray(array.astype(kind), order=order) for name, array in self.floats.items()}
                    name = f"of-{i}{order}"
                    found = self.train(self.savez(**x), name)
                    scale = scale_of_all(x["x_train"])
                    self.expect(found, x, scale)
                    self.assertEqual(tuple(float(value[0]) for value in self.scale_of(name)), scale)

    def test_flat_and_large_arrays(self):
        """More than a block of numbers, which is 2^15."""
        r = np.random.RandomState(2)
        x = {"x_train": r.randn(3000, 40).astype("f4"), "x_test": r.randn(1000, 40).astype("f4")}
        t = {"t_train": np.arange(3000) % 4, "t_test": np.arange(1000) % 4}
        self.expect(self.train(self.savez(**x, **t), "rows"), x, scale_of_all(x["x_train"]))
        fortran = {name: np.asfortranarray(array) for name, array in x.items()}
        self.expect(self.train(self.savez(**fortran, **t), "columns"), x, scale_of_all(x["x_train"]))
        self.expect(self.train(self.savez(**x, **t) | {"standardise": True}, "standardised"), x, scale_of_columns(x["x_train"]))
        self.expect(self.train(self.savez(**fortran, **t) | {"standardise": True}, "fortran"), x, scale_of_columns(x["x_train"]))

    def test_bytes_that_were_divided_are_these_bytes(self):
        """As many scale MNIST: to 0 ... 1, or to a mean of 0. The runs are those of the bytes."""
        self.arrays["x_train"] = self.arrays["x_train"].copy()
        self.arrays["x_train"].flat[:2] = 0, 255
        expected = self.train(self.savez())
        for i, scaled in enumerate((lambda x: x / np.float32(255), lambda x: (x / np.float32(255) - np.float32(0.1307)) / np.float32(0.3081),
                                    lambda x: (x / 255).astype("f2"), lambda x: x.astype("f8"))):
            x = {name: scaled(self.arrays[name]) for name in ("x_train", "x_test")}
            found = self.train(self.savez(**x), f"scaled-{i}")
            self.assertEqual(found[0], expected[0])
            self.assertEqual({key: value for key, value in found[1].items() if not key.startswith("pixel_scale")}, expected[1])

    def test_test_numbers_outside_are_clamped_and_counted(self):
        x = dict(self.floats)
        x["x_test"] = x["x_test"].copy()
        x["x_test"].flat[:3] = -10, 1e300, 5
        dataset = self.savez(**x)
        self.run_it(self.config(dataset))
        lowest, step = scale_of_all(x["x_train"])
        self.assertIn(f"data: numbers from {lowest:.6g} to {lowest + 255 * step:.6g} become bytes in steps of {step:.3g}; rounding changes a number by at most "
                      f"{step / 2:.3g}; 3 numbers of the test images lie outside and became 0 or 255\n", self.said)
        with h5py.File(self.dir / "results" / "sweep.h5") as f:
            self.assertEqual(f.attrs["test_images_sha256"], sha256_of(to_bytes(x["x_test"], lowest, step)))

    def test_standardise(self):
        x = {name: array.reshape(len(array), -1).astype("f4") for name, array in self.floats.items()}
        x["x_train"][:, 5] = 7  # constant
        x["x_test"][:3, 5] = 8
        x["x_train"][0, 9] = 100
        dataset = self.savez(**x) | {"standardise": True}
        found = self.train(dataset)
        self.expect(found, x, scale_of_columns(x["x_train"]))
        offsets, steps = self.scale_of()
        np.testing.assert_array_equal((offsets, steps), scale_of_columns(x["x_train"]))
        self.assertEqual((offsets[5], steps[5]), (7, 0))
        self.run_it(self.config(dataset, epochs=3))
        self.assertIn("data: each of the 36 columns becomes bytes from its mean - 3 to its mean + 3 standard deviations; ", self.said)
        self.assertIn("; 1 column is constant and became 0; ", self.said)
        self.assertRegex(self.said, r"; \d+ numbers? of the training images lies? outside and became 0 or 255; \d+ numbers of the test images lie outside")
        bytes_too = self.train(self.savez() | {"standardise": True}, "bytes")
        self.expect(bytes_too, self.arrays, scale_of_columns(self.arrays["x_train"]))

    def test_the_scale_is_that_of_all_training_images(self):
        dataset = self.savez(**self.floats)
        self.train(dataset)
        self.train(dataset, "part", train_size=40, validation_size=10)
        self.assertEqual(self.scale_of(), self.scale_of("part"))

    def test_is_resumed_extended_and_verified(self):
        dataset = self.savez(**self.floats)
        self.train(dataset)
        self.run_it(self.config(dataset))
        self.assertIn("nothing to do", self.said)
        self.run_it(self.config(dataset, epochs=3, seed=[1, 2]), "--quiet")
        self.assertIn("every bit is the same", self.run_it("verify", "results/sweep.h5", "--all"))
        self.assertIn("every checksum is right", self.run_it("check", "results/sweep.h5"))
        other = self.savez("other.npz", **{name: 2 * array for name, array in self.floats.items()})
        self.run_it(self.config(other, epochs=3, seed=[1, 2]), code=2)
        self.assertIn("the numbers of the images became bytes by another scale when the file was made", self.said)

    def test_predict_applies_the_scale(self):
        for standardise in False, True:
            name = f"sweep-{standardise}"
            self.train(self.savez(**self.floats) | {"standardise": standardise}, name, save_weights=True)
            np.save(self.dir / "new.npy", self.floats["x_test"])
            np.save(self.dir / "labels.npy", self.arrays["t_test"])
            with h5py.File(self.dir / "results" / f"{name}.h5") as f:
                accuracy = f["test_accuracy"][0, -1]
            said = self.run_it("predict", f"results/{name}.h5", "new.npy", "--run", "0", "--labels", "labels.npy")
            self.assertIn(f"accuracy {accuracy:.4f}: ", said)
            outside = self.floats["x_test"].copy()
            outside[0, 0, :2] = 1e6, -1e6
            np.save(self.dir / "new.npy", outside.astype("f4"))
            self.run_it("predict", f"results/{name}.h5", "new.npy", "--run", "0")
            self.assertRegex(self.said, r"new.npy: \d+ numbers? lies? outside the scale of the training images and became 0 or 255")
            np.save(self.dir / "new.npy", self.arrays["x_test"])
            self.run_it("predict", f"results/{name}.h5", "new.npy", "--run", "0", code=2 if standardise else 0)
            if standardise:
                self.assertIn("new.npy is an array of uint8; the network was trained on numbers with a scale for each column", self.said)
        self.train(self.savez(), "bytes", save_weights=True)
        np.save(self.dir / "new.npy", self.floats["x_test"])
        self.run_it("predict", "results/bytes.h5", "new.npy", "--run", "0", code=2)
        self.assertIn("new.npy is an array of float64; the network was trained on bytes", self.said)

    def test_numbers_that_are_none(self):
        for number, called in (np.nan, "nan"), (np.inf, "inf"), (-np.inf, "-inf"):
            for name in "x_train", "x_test":
                for order in "C", "F":
                    x = {key: np.asarray(array, order=order) for key, array in self.floats.items()}
                    x[name] = x[name].copy(order="K")
                    x[name][7, 2, 3] = number
                    for standardise in False, True:
                        self.refused(self.savez(**x) | {"standardise": standardise}, f"{name}: pixel 15 of image 7 is {called}; pixels must be finite numbers")

    def test_numbers_without_a_scale(self):
        self.refused(self.savez(x_train=np.full((200, 6, 6), 0.5), x_test=self.floats["x_test"]), "x_train has numbers from 0.5 to 0.5; to become bytes, numbers must differ")
        wide = self.floats["x_train"].copy()
        wide.flat[:2] = -1e308, 1e308
        self.refused(self.savez(x_train=wide, x_test=self.floats["x_test"]), "x_train has numbers from -1e+308 to 1e+308")

    def test_a_truncated_file(self):
        files = self.save(**self.floats)
        for name in "x_train", "x_test":
            good = (self.dir / f"{name}.npy").read_bytes()
            (self.dir / f"{name}.npy").write_bytes(good[:-3])
            self.refused(files, f"{name}.npy holds {len(good) - 131} bytes after its header, but the header says {len(good) - 128}")
            (self.dir / f"{name}.npy").write_bytes(good)

    def test_a_pipe_is_refused(self):
        files = self.save(**self.floats)
        os.mkfifo(self.dir / "pipe")
        config = self.config(files | {"x_train": "pipe"})
        writer = threading.Thread(target=lambda: (self.dir / "pipe").write_bytes((self.dir / "x_train.npy").read_bytes()))
        writer.start()
        self.run_it(config, "--list", code=2)
        self.assertIn("pipe is a pipe or a device, which can be read only once; numbers of type float64 must be in a file", self.said)
        writer.join()


class Tables(Case):
    """Comma-separated values."""

    def setUp(self):
        super().setUp()
        r = np.random.RandomState(4)
        self.x = {name: r.randn(len(self.arrays[name]), 5).round(4) + self.arrays[f"t_{name[2:]}"][:, None] for name in ("x_train", "x_test")}

    def write(self, x=None, columns=None, label="kind", at=2, **options):
        """Both tables, with the labels in column number `at`."""
        x = self.x if x is None else x
        for name in "train", "test":
            rows = np.insert(x[f"x_{name}"].astype(object), at, self.arrays[f"t_{name}"], axis=1)
            heads = np.insert(np.array(columns or [f"c{k}" for k in range(x[f"x_{name}"].shape[1])], dtype=object), at, label)
            self.put(name, [heads, *rows], **options)
        return {"csv_train": "train.csv", "csv_test": "test.csv"} | ({"label": label} if label != "label" else {})

    def put(self, name, rows, end="\n", before="", separator=","):
        (self.dir / f"{name}.csv").write_bytes((before + end.join(separator.join(map(str, row)) for row in rows) + end).encode())

    def test_is_the_same_as_the_array(self):
        expected = self.train(self.savez(**self.x))
        self.assertEqual(self.train(self.write(), "csv"), expected)
        self.assertEqual(self.train(self.write(label="label", at=0), "label"), expected)
        self.assertEqual(self.train(self.write(at=5), "last"), expected)
        self.assertEqual(self.train(self.write() | {"standardise": True}, "columns"), self.train(self.savez(**self.x) | {"standardise": True}, "npz-columns"))

    def test_as_other_programs_write_it(self):
        expected = self.train(self.write())
        for i, options in enumerate(({"end": "\r\n"}, {"before": "\ufeff"}, {"separator": " , "}, {"end": "\n\n"})):
            with self.subTest(options=options):
                self.assertEqual(self.train(self.write(**options), f"of-{i}"), expected)
        self.write()
        lines = (self.dir / "test.csv").read_text().splitlines()
        (self.dir / "test.csv").write_text("\n".join(",".join(f'"{cell}"' for cell in line.split(",")) for line in lines))
        self.assertEqual(self.train({"csv_train": "train.csv", "csv_test": "test.csv", "label": "kind"}, "quoted"), expected)
        for name in "train", "test":
            path = self.dir / f"{name}.csv"
            (self.dir / f"{name}.csv.gz").write_bytes(gzip.compress(path.read_bytes()))
        self.assertEqual(self.train({"csv_train": "train.csv.gz", "csv_test": "test.csv.gz", "label": "kind"}, "gzipped"), expected)

    def test_integers_from_0_to_255_are_bytes(self):
        x = {name: self.arrays[name].reshape(-1, 36) for name in ("x_train", "x_test")}
        self.assertEqual(self.train(self.write(x), "csv"), self.train(self.savez(**x)))
        with h5py.File(self.dir / "results" / "csv.h5") as f:
            self.assertNotIn("pixel_scale", f)
        numbers = {"x_train": x["x_train"], "x_test": x["x_test"].astype(float)}
        numbers["x_test"][0, 0] = 0.5
        found = self.train(self.write(numbers), "numbers")
        scale = scale_of_all(x["x_train"])
        self.assertEqual(found[0]["test_images_sha256"], sha256_of(to_bytes(numbers["x_test"], *scale)))

    def test_predict(self):
        dataset = self.write()
        self.train(dataset, save_weights=True)
        with h5py.File(self.dir / "results" / "sweep.h5") as f:
            accuracy = f["test_accuracy"][0, -1]
        np.save(self.dir / "labels.npy", self.arrays["t_test"])
        self.assertIn(f"accuracy {accuracy:.4f}: ", self.run_it("predict", "results/sweep.h5", "test.csv", "--run", "0", "--labels", "labels.npy"))
        self.assertIn(f"accuracy {accuracy:.4f}: ", self.run_it("predict", "results/sweep.h5", "test.csv", "--run", "0", "--labels", "test.csv"))
        self.put("unlabelled", [[f"c{k}" for k in range(5)], *self.x["x_test"]])
        self.assertIn(f"accuracy {accuracy:.4f}: ", self.run_it("predict", "results/sweep.h5", "unlabelled.csv", "--run", "0", "--labels", "labels.npy"))
        self.put("short", [["c0"], [1]])
        self.run_it("predict", "results/sweep.h5", "short.csv", "--run", "0", code=2)
        self.assertIn("short.csv has 1 columns of numbers; the network takes 5", self.said)

    def test_what_is_wrong_is_named_with_its_place(self):
        dataset = self.write()
        self.refused(dataset | {"label": "sort"}, 'train.csv has no column "sort", which "label" names; its columns are c0, c1, kind, c2, c3, c4')
        good = (self.dir / "train.csv").read_text().splitlines()

        def with_line(number, text):
            lines = list(good)
            lines[number - 1] = text
            (self.dir / "train.csv").write_text("\n".join(lines) + "\n")
            return dataset
        for text, says in (("1,2,0,3,4", "train.csv: line 8 has 5 cells, but the first line has 6"), ("1,2,0,3,4,5,6", "line 8 has 7 cells, but the first line has 6"),
                           ("1,2,0,3,4,", 'line 8, column c4: an empty cell is not a number; every cell must be a number'),
                           ("1,two,0,3,4,5", 'train.csv: line 8, column c1: "two" is not a number; every cell must be a number'),
                           ("1,2,0.5,3,4,5", 'train.csv: line 8, column kind: "0.5" is not an integer; labels must be integers'),
                           ("1,2,cat,3,4,5", 'column kind: "cat" is not an integer'), ('1,"2,0,3,4,5', "train.csv: line 8: a quote is not closed"),
                           ('1,"2"x,0,3,4,5', "train.csv: line 8: a quote is not closed, or a comma is missing"),
                           ("1,nan,0,3,4,5", "train.csv: pixel 1 of image 6 is nan"), ("1,2,-1,3,4,5", "train.csv: column kind holds the label -1 at index 6"),
                           ("1,2,9,3,4,5", "train.csv: column kind holds no label 4, and its largest is 9")):
            with self.subTest(text=text):
                self.refused(with_line(8, text), says)
        for text, says in ((good[1], "train.csv begins with numbers; its first line must name the columns"), ("c0,c0,kind,c2,c3,c4", 'train.csv has two columns "c0"'),
                           (good[0].replace(",", ";"), "train.csv is separated by semicolons; it must be separated by commas"),
                           (good[0].replace(",", "\t"), "train.csv is separated by tabs"), ("", "train.csv: its first line is empty"),
                           (good[0].replace("c3", "c9"), 'column 4 of ')):
            with self.subTest(text=text):
                self.refused(with_line(1, text), says)
        (self.dir / "train.csv").write_text(good[0] + "\n")
        self.refused(dataset, "train.csv has no line after its first one")
        (self.dir / "train.csv").write_text("")
        self.refused(dataset, "train.csv is empty")
        (self.dir / "train.csv").write_text("\n".join(good), encoding="utf-16")
        self.refused(dataset, "train.csv is not a table of comma-separated values in UTF-8")
        (self.dir / "train.csv").write_text("kind\n0\n")
        self.refused(dataset, 'train.csv has no column beside "kind"')


class Moved(Case):
    """The data lie elsewhere than when they were trained on."""

    def verify(self, *arguments, code=0):
        return self.run_it("verify", "results/sweep.h5", *arguments, code=code)

    def moved_and_found(self, dataset, files):
        self.train(dataset)
        (self.dir / "new").mkdir()
        for file in files:
            (self.dir / file).rename(self.dir / "new" / Path(file).name)
        self.verify(code=2)
        self.assertTrue(self.said.endswith("; --data PATH says where the data set is now\n"), self.said)
        self.assertEqual(len(self.said.splitlines()), 1)
        said = self.said
        self.assertIn("every bit is the same", self.verify("--data", "new"))
        self.verify("--data", "results", code=2)
        self.assertNotIn("--data", self.said)
        return said

    def test_an_archive(self):
        said = self.moved_and_found(self.savez(), ["data.npz"])
        self.assertIn("data.npz: No such file or directory", said)
        self.assertIn("every bit is the same", self.verify("--data", "new/data.npz"))
        np.savez(self.dir / "new" / "data.npz", **(self.arrays | {"x_test": self.arrays["x_test"] + 1}))
        self.verify("--data", "new", code=1)
        self.assertIn("new/data.npz has changed since results/sweep.h5 was made: its SHA-256 is ", self.said)

    def test_arrays(self):
        dataset = self.save()
        said = self.moved_and_found(dataset, dataset.values())
        self.assertIn("x_train.npy: No such file or directory", said)
        self.savez("all.npz")
        self.assertIn("every bit is the same", self.verify("--data", "all.npz"))

    def test_tables(self):
        for name in "train", "test":
            x = self.arrays[f"x_{name}"].reshape(-1, 36) / 3
            np.savetxt(self.dir / f"{name}.csv", np.c_[self.arrays[f"t_{name}"], x], delimiter=",", comments="",
                       fmt=["%d"] + 36 * ["%.6f"], header=",".join(["kind", *map(str, range(36))]))
        said = self.moved_and_found({"csv_train": "train.csv", "csv_test": "test.csv", "label": "kind", "standardise": True}, ["train.csv", "test.csv"])
        self.assertIn("train.csv: No such file or directory", said)

    def test_a_folder(self):
        self.train({"dir": "idx"})
        (self.dir / "idx").rename(self.dir / "new")
        self.verify(code=2)
        self.assertIn(f"the data set that results/sweep.h5 was made from is no longer in {(self.dir / 'idx').resolve()}; --data PATH says where", self.said)
        self.assertIn("every bit is the same", self.verify("--data", "new"))
        self.savez("all.npz")
        self.assertIn("every bit is the same", self.verify("--data", "all.npz"))

    def test_a_standardised_folder(self):
        self.train({"dir": "idx", "standardise": True})
        self.assertIn("every bit is the same", self.verify())
        (self.dir / "idx").rename(self.dir / "new")
        self.assertIn("every bit is the same", self.verify("--data", "new"))

    def test_a_sweep_goes_on_with_data_that_have_moved(self):
        self.train(self.savez())
        (self.dir / "new").mkdir()
        (self.dir / "data.npz").rename(self.dir / "new" / "data.npz")
        self.run_it(self.config({"npz": "new/data.npz"}, epochs=3), "--quiet")
        self.run_it(self.config({"npz": "data.npz"}), 'dataset={"npz": "new/data.npz"}')
        self.assertIn("nothing to do", self.said)
        self.assertIn("every bit is the same", self.verify())


class Refusals(Case):
    def test_files(self):
        files = self.save()
        self.refused(files | {"x_test": "absent.npy"}, "absent.npy", "No such file")
        self.refused({"npz": "absent.npz"}, "absent.npz", "No such file")
        self.refused({"npz": "x_train.npy"}, "x_train.npy is not an archive of NumPy arrays (.npz)")
        (self.dir / "empty.npz").write_bytes(b"")
        self.refused({"npz": "empty.npz"}, "empty.npz is empty")
        self.savez()
        self.refused(files | {"x_train": "data.npz"}, "data.npz is an archive of arrays (.npz)", '{"npz": "…"}')
        self.refused({"npz": "idx"}, "cannot read", "Is a directory")

    def test_an_archive_without_a_name(self):
        self.refused(self.savez(t_test=None, y_test=self.arrays["t_test"]), "data.npz holds no array t_test; it holds x_train, t_train, x_test, y_test")

    def test_a_truncated_file(self):
        files = self.save()
        good = (self.dir / "x_train.npy").read_bytes()
        (self.dir / "x_train.npy").write_bytes(good[:-1])
        self.refused(files, f"x_train.npy holds {36 * 200 - 1} bytes after its header, but the header says {36 * 200}")
        (self.dir / "x_train.npy").write_bytes(good + b"x")
        self.refused(files, f"x_train.npy holds more than the {36 * 200} bytes that its header announces")
        for save in np.savez, np.savez_compressed:
            archive = self.savez(save=save)
            good = (self.dir / "data.npz").read_bytes()
            for length in (*range(1, len(good), 97), len(good) - 1):
                (self.dir / "data.npz").write_bytes(good[:length])
                self.refused(archive, "data.npz")

    def test_a_damaged_archive(self):
        for save in np.savez, np.savez_compressed:
            archive = self.savez(save=save)
            good = (self.dir / "data.npz").read_bytes()
            at = good.index(b"x_train.npy") + 1000
            (self.dir / "data.npz").write_bytes(good[:at] + bytes([good[at] ^ 1]) + good[at + 1:])
            self.refused(archive, "data.npz: x_train is ")

    def test_types(self):
        for kind in "i1", "i4", "i8", "u2", "?":
            with self.subTest(kind=kind):
                self.refused(self.savez(x_train=self.arrays["x_train"].astype(kind)), "data.npz: x_train is an array of ",
                             "pixels must be uint8 or floating-point numbers")
        self.refused(self.savez(x_train=self.arrays["x_train"].astype(complex)), "data.npz: x_train has a header that is not that of")
        self.refused(self.savez(x_train=np.array([[1], [2, 3]], dtype=object)), "data.npz: x_train is an array of Python objects", "pickles are never read")
        self.refused(self.savez(t_train=self.arrays["t_train"].astype(float)), "data.npz: t_train is an array of float64", "labels must be integers",
                     "t.astype(np.int64)")
        self.refused(self.savez(t_train=np.array(list("abcd" * 50))), "data.npz: t_train has a header that is not that of")
        self.refused(self.savez(x_test=self.arrays["x_test"] / 255), "data.npz: x_train holds uint8 but ", "x_test float64")

    def test_shapes(self):
        self.refused(self.savez(x_train=self.arrays["x_train"].ravel()), "of the shape (7200,); images must be (n, pixels), (n, rows, columns) or")
        self.refused(self.savez(x_train=self.arrays["x_train"][:0]), "of the shape (0, 6, 6)")
        self.refused(self.savez(t_train=self.arrays["t_train"][:199]), "data.npz: x_train holds 200 images but ", "t_train holds 199 labels")
        self.refused(self.savez(x_test=self.arrays["x_test"][:, :5]), "x_train holds images of 6 x 6 pixels but ", "x_test of 5 x 6")
        self.refused(self.savez(t_train=np.eye(4)[self.arrays["t_train"]][None]), "t_train is an array of float64 of the shape (1, 200, 4)")
        self.refused(self.savez(x_train=np.zeros((2, 2049, 2048), np.uint8), t_train=[0, 1]), "at most 4194304 pixels")

    def test_labels(self):
        def labels(*first):
            return np.r_[first, self.arrays["t_train"][len(first):]].astype(np.int64)
        self.refused(self.savez(t_train=labels(0, -1)), "t_train holds the label -1 at index 1; labels must be 0 or more")
        self.refused(self.savez(t_train=labels(0, 256)), "t_train holds the label 256 at index 1; labels must be 0 to 255")
        self.refused(self.savez(t_train=labels(5)), "t_train holds no label 4, and its largest is 5", "np.unique(t, return_inverse=True)[1]")
        self.refused(self.savez(t_train=np.full(200, 3)), "t_train holds only the label 3")
        self.refused(self.savez(t_test=np.full(80, 4)), "t_test holds the label 4 at index 0; labels of 4 classes are 0 to 3")
        self.refused(self.savez(t_test=np.full(80, 2**64 - 1, np.uint64)), "t_test", "18446744073709551615")
        hot = np.eye(4)[self.arrays["t_train"]]
        for wrong in (0, 2, [1, 1, 0, 0], 0.5):
            broken = hot.copy()
            broken[7] = wrong
            self.refused(self.savez(t_train=broken), "t_train: row 7 is not one-hot, 1 in one place and 0 elsewhere")
        self.refused(self.savez(t_train=hot, t_test=np.eye(5)[self.arrays["t_test"]]), "t_test has rows of 5 classes, but there are 4 in ")


class IdxNames(Case):
    """The files of MNIST and its kin, as they are called where people get them."""

    def rename(self, names, change=lambda data: data):
        (self.dir / "other").mkdir()
        for old, new in zip(IDX_NAMES, names):
            (self.dir / "other" / new).parent.mkdir(exist_ok=True)
            (self.dir / "other" / new).write_bytes(change((self.dir / "idx" / old).read_bytes()))
        return {"dir": "other"}

    def same(self, dataset):
        self.assertEqual(self.train(dataset, "other"), self.train({"dir": "idx"}))

    def test_with_a_point(self):
        self.same(self.rename(["train-images.idx3-ubyte", "train-labels.idx1-ubyte", "t10k-images.idx3-ubyte", "t10k-labels.idx1-ubyte"]))

    def test_emnist(self):
        self.same(self.rename([f"emnist-letters-{part}-ubyte.gz" for part in ("train-images-idx3", "train-labels-idx1", "test-images-idx3", "test-labels-idx1")],
                              gzip.compress))

    def test_emnists_letters_begin_with_1(self):
        for name in "train-labels-idx1-ubyte", "t10k-labels-idx1-ubyte":
            write_idx(self.dir / "idx" / name, read_idx(self.dir / "idx" / name) + 1)
        self.train({"dir": "idx"})
        with h5py.File(self.dir / "results" / "sweep.h5") as f:
            self.assertEqual((f.attrs["classes"], f.attrs["train_class_counts"][0]), (5, 0))

    def test_qmnist(self):
        """Its labels are a table of int32: the class, and seven numbers that say who wrote it."""
        dataset = self.rename([f"qmnist-{part}" for part in ("train-images-idx3-ubyte", "train-labels-idx2-int", "test-images-idx3-ubyte", "test-labels-idx2-int")])
        for part, name in ("train", "t_train"), ("test", "t_test"):
            labels = self.arrays[name]
            table = np.c_[labels, np.arange(7 * len(labels)).reshape(-1, 7)].astype(">i4")
            (self.dir / "other" / f"qmnist-{part}-labels-idx2-int").write_bytes(struct.pack(">3I", 0x0C02, *table.shape) + table.tobytes())
        self.same(dataset)

    def test_each_in_a_folder_of_its_name(self):
        self.same(self.rename([f"{name}/{name}" for name in IDX_NAMES]))

    def test_beside_a_folder_of_its_name(self):
        for name in IDX_NAMES:
            (self.dir / "idx" / name).rename(self.dir / "idx" / f"{name}.gz")
            (self.dir / "idx" / name).mkdir()
        for name in IDX_NAMES:
            path = self.dir / "idx" / f"{name}.gz"
            path.write_bytes(gzip.compress(path.read_bytes()))
        self.train({"dir": "idx"})

    def test_several_gzip_members(self):
        self.same(self.rename([f"{name}.gz" for name in IDX_NAMES], lambda data: gzip.compress(data[:50]) + gzip.compress(data[50:])))

    def test_several_data_sets_in_a_folder(self):
        for prefix in "emnist-digits-", "emnist-letters-":
            for name in IDX_NAMES:
                shutil.copy(self.dir / "idx" / name, self.dir / f"{prefix}{name}")
        self.refused({"dir": "."}, "holds several data sets, whose files begin with emnist-digits-, emnist-letters-", '{"x_train": "…"')
        self.train({name: f"emnist-digits-{file}" for name, file in zip(NAMES, IDX_NAMES)})

    def test_a_folder_without_them_says_what_it_holds(self):
        (self.dir / "idx" / IDX_NAMES[2]).unlink()
        self.refused({"dir": "idx"}, "idx holds no test images (t10k-images-idx3-ubyte, plain or .gz); it holds t10k-labels-idx1-ubyte, train-images-idx3-ubyte, train-l")
        self.refused({"dir": "."}, "holds no training images", "it holds idx/, sweep.json")


if __name__ == "__main__":
    RUNNER = str(Path(sys.argv.pop(1)).resolve())
    unittest.main()
