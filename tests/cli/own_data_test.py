#!/usr/bin/python3
"""Data of one's own, in arrays that NumPy has written, and in IDX files under the names that people have.

usage: own_data_test.py RUNNER [TestClass…]
"""
import gzip
import json
import shutil
import struct
import subprocess
import sys
import tempfile
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


class Refusals(Case):
    def test_files(self):
        files = self.save()
        self.refused(files | {"x_test": "absent.npy"}, "absent.npy", "No such file")
        self.refused({"npz": "absent.npz"}, "absent.npz", "No such file")
        self.refused({"npz": "x_train.npy"}, "x_train.npy is no archive of NumPy arrays (.npz)")
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
        self.refused(files, f"x_train.npy holds {36 * 200 - 1} bytes after its header, which says {36 * 200}")
        (self.dir / "x_train.npy").write_bytes(good + b"x")
        self.refused(files, f"x_train.npy holds more than the {36 * 200} bytes that its header says")
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
                             "pixels are uint8, which stay as they are, or floating-point numbers")
        self.refused(self.savez(x_train=self.arrays["x_train"].astype(complex)), "data.npz: x_train has a header that is none of")
        self.refused(self.savez(x_train=np.array([[1], [2, 3]], dtype=object)), "data.npz: x_train is an array of Python objects", "pickles are never read")
        self.refused(self.savez(t_train=self.arrays["t_train"].astype(float)), "data.npz: t_train is an array of float64", "labels are integers",
                     "t.astype(np.int64)")
        self.refused(self.savez(t_train=np.array(list("abcd" * 50))), "data.npz: t_train has a header that is none of")
        self.refused(self.savez(x_test=self.arrays["x_test"] / 255), "data.npz: x_train holds uint8 but ", "x_test float64")

    def test_shapes(self):
        self.refused(self.savez(x_train=self.arrays["x_train"].ravel()), "of the shape (7200,); images are (n, pixels), (n, rows, columns) or")
        self.refused(self.savez(x_train=self.arrays["x_train"][:0]), "of the shape (0, 6, 6)")
        self.refused(self.savez(t_train=self.arrays["t_train"][:199]), "data.npz: x_train holds 200 images but ", "t_train holds 199 labels")
        self.refused(self.savez(x_test=self.arrays["x_test"][:, :5]), "x_train holds images of 6 x 6 pixels but ", "x_test of 5 x 6")
        self.refused(self.savez(t_train=np.eye(4)[self.arrays["t_train"]][None]), "t_train is an array of float64 of the shape (1, 200, 4)")
        self.refused(self.savez(x_train=np.zeros((2, 2049, 2048), np.uint8), t_train=[0, 1]), "at most 4194304 pixels")

    def test_labels(self):
        def labels(*first):
            return np.r_[first, self.arrays["t_train"][len(first):]].astype(np.int64)
        self.refused(self.savez(t_train=labels(0, -1)), "t_train holds the label -1 at index 1; labels are 0 or more")
        self.refused(self.savez(t_train=labels(0, 256)), "t_train holds the label 256 at index 1; labels are 0 to 255")
        self.refused(self.savez(t_train=labels(5)), "t_train holds no label 4, and its largest is 5", "np.unique(t, return_inverse=True)[1]")
        self.refused(self.savez(t_train=np.full(200, 3)), "t_train holds the label 3 alone")
        self.refused(self.savez(t_test=np.full(80, 4)), "t_test holds the label 4 at index 0; labels of 4 classes are 0 to 3")
        self.refused(self.savez(t_test=np.full(80, 2**64 - 1, np.uint64)), "t_test", "18446744073709551615")
        hot = np.eye(4)[self.arrays["t_train"]]
        for wrong in (0, 2, [1, 1, 0, 0], 0.5):
            broken = hot.copy()
            broken[7] = wrong
            self.refused(self.savez(t_train=broken), "t_train: row 7 is not one-hot, 1 in one place and 0 elsewhere")
        self.refused(self.savez(t_train=hot, t_test=np.eye(5)[self.arrays["t_test"]]), "t_test has rows of 5 classes, there are 4 in ")


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
