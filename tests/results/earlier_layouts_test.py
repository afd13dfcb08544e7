#!/usr/bin/python3
"""Files that programs of earlier layouts made: every later one reads, compares, verifies, merges, resumes and extends them.

usage: earlier_layouts_test.py RUNNER
"""
import json
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import h5py
import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))
from results_values import config_of, values_of  # noqa: E402

RUNNER = None


class Earlier:
    """What holds for the files of each layout."""
    LAYOUT = None
    RUNS = {}  # of each file
    EXTENSIONS = ()  # of a file: longer, and other values of an axis that it knows
    NEW_AXES = ()  # of a file: values of an axis that it does not know, its own first or last

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.files = Path(__file__).parent / f"layout-{self.LAYOUT}"
        self.dir = Path(folder.name) / self.files.name
        shutil.copytree(self.files, self.dir)

    def run_it(self, *arguments, code=0):
        done = subprocess.run([RUNNER, *arguments], cwd=self.dir, text=True, capture_output=True, timeout=300)
        self.assertEqual(done.returncode, code, f"{arguments}\n{done.stdout}\n{done.stderr}")
        return done.stdout + done.stderr

    def values_then(self, name):
        """The arrays of a fixture. The checksum of moments has given way to one of weights and moments."""
        return {array: value for array, value in values_of(self.files / f"{name}.h5").items() if array != "weights/moments_checksum"}

    def values_known_then(self, name, path):
        """The arrays of a file that its fixture has, too. A later layout has more: columns of new axes, and of new metrics what was recorded since."""
        arrays = self.values_then(name).keys()
        return {array: value for array, value in values_of(self.dir / path).items() if array in arrays}

    def test_is_read(self):
        for name, runs in self.RUNS.items():
            with self.subTest(name=name):
                compared = json.loads(self.run_it("compare", f"{name}.h5", "--json"))
                self.assertTrue(compared)
                self.run_it("report", f"{name}.h5", "-o", "page.html")
                self.run_it("report", f"{name}.h5", "--svg", "figures")
                self.assertIn(f"{name}: {runs} runs, ", self.run_it("watch", f"{name}.h5"))

    def test_predicts(self):
        """What was recorded, by the weights that the file has."""
        with h5py.File(self.dir / "everything.h5") as f:
            status, done, run, accuracy = (f[name][()] for name in ("status", "epochs_done", "run", "test_accuracy"))
            epochs, images = list(f["epoch"][()]), f.attrs["test_size"]
        for row in np.flatnonzero((status == 2) | (status == 4)):
            test = [str(self.dir / "images" / f"t10k-{kind}-ubyte.gz") for kind in ("images-idx3", "labels-idx1")]
            said = self.run_it("predict", "everything.h5", "--run", str(run[row]), test[0], "--labels", test[1])
            self.assertIn(f"accuracy {accuracy[row, epochs.index(done[row])]:.4f}: ", said)
            self.assertIn(f" of {images} images", said)

    def test_is_sealed(self):
        for name in self.RUNS:
            self.assertEqual(self.run_it("seal", f"{name}.h5"), f"{name}.h5: the seal is right: nothing has changed since the file was sealed\n")

    def test_is_checked(self):
        """There are no checksums in it; in what it is taken over into there are."""
        for name, runs in self.RUNS.items():
            with self.subTest(name=name):
                self.assertRegex(self.run_it("check", f"{name}.h5"),
                                 rf"^{name}.h5: {runs} runs: their settings are right; a file of layout {self.LAYOUT} has no checksums, fingerprint \w{{16}}\n$")
                self.run_it("merge", "whole.h5", f"{name}.h5")
                self.assertIn(f"whole.h5: {runs} runs, ", said := self.run_it("check", "whole.h5"))
                self.assertIn("every checksum is right, fingerprint ", said)
                self.assertEqual(said[-18:], self.run_it("check", f"{name}.h5")[-18:])
                (self.dir / "whole.h5").unlink()

    def test_is_verified(self):
        for name, runs in self.RUNS.items():
            with self.subTest(name=name):
                # The data lie elsewhere now.
                with h5py.File(self.dir / f"{name}.h5", "a") as f:
                    f.attrs["dataset_directory"] = str(self.dir / "images")
                self.assertIn("nothing was added", self.run_it("seal", f"{name}.h5"))
                self.assertIn(f"{runs} of {runs} runs trained again", said := self.run_it("verify", f"{name}.h5", "--all"))
                self.assertIn("every bit is the same", said)

    def test_is_merged(self):
        for name in self.RUNS:
            with self.subTest(name=name):
                self.run_it(f"{name}.json", "--shard", "1/2", "--output", "shard.h5", "--quiet")
                self.run_it("merge", "whole.h5", f"{name}.h5", "shard.h5")
                self.assertEqual(self.values_known_then(name, "whole.h5"), self.values_then(name))
                (self.dir / "whole.h5").unlink()
                (self.dir / "shard.h5").unlink()

    def test_is_resumed(self):
        for name in self.RUNS:
            with self.subTest(name=name):
                before = (self.dir / f"{name}.h5").read_bytes()
                self.assertIn("nothing to do", self.run_it(f"{name}.json", "--output", f"{name}.h5"))
                self.assertEqual((self.dir / f"{name}.h5").read_bytes(), before)

    def test_is_extended(self):
        for name, more in self.EXTENSIONS:
            with self.subTest(name=name, more=more):
                shutil.copy(self.dir / f"{name}.h5", self.dir / "longer.h5")
                self.run_it(f"{name}.json", more, "--output", "longer.h5", "--quiet")
                self.run_it(f"{name}.json", more, "--output", "fresh.h5", "--quiet", "--fresh")
                self.assertEqual(self.values_known_then(name, "longer.h5"), self.values_known_then(name, "fresh.h5"))
                self.assertEqual(config_of(self.dir / "longer.h5"), config_of(self.dir / "fresh.h5"))

    def test_is_extended_by_axes_that_it_does_not_know(self):
        """A run that has the default of a new axis is the run that it was."""
        for name, more in self.NEW_AXES:
            with self.subTest(name=name, more=more):
                shutil.copy(self.dir / f"{name}.h5", self.dir / "longer.h5")
                said = self.run_it(f"{name}.json", more, "--output", "longer.h5")
                runs = self.RUNS[name]
                self.assertIn(f"longer.h5: {runs} of {2 * runs} runs to train", said)
                self.run_it(f"{name}.json", more, "--output", "fresh.h5", "--quiet", "--fresh")
                longer, fresh = values_of(self.dir / "longer.h5"), values_of(self.dir / "fresh.h5")
                # What had ended before there were predictions has none.
                for array in "predictions_epoch", "predictions/test_prediction", "checksums/predictions":
                    self.assertNotEqual(longer.pop(array), fresh.pop(array))
                self.assertEqual(longer, fresh)


class Layout4(Earlier, unittest.TestCase):
    LAYOUT = 4
    RUNS = {"plain": 8, "everything": 32}
    EXTENSIONS = ("plain", "epochs=5"), ("plain", "seed=[2,3,1]"), ("everything", "epochs=4"), ("everything", "hidden_size=[20,3,17]")
    NEW_AXES = (("plain", 'optimizer=["sgd","adam"]'), ("plain", "label_noise=[0,0.5]"), ("plain", 'activation=["relu","sigmoid"]'),
                ("everything", 'optimizer=["momentum","sgd"]'), ("everything", 'weight_init=["std","he"]'), ("everything", "weight_decay=[0,0.1]"))

    def test_is_refused_where_a_byte_is_another(self):
        """HDF5 1.10 crashes on the first."""
        good = (self.dir / "plain.h5").read_bytes()
        for at, value in (6581, 255), (9, 9):
            with self.subTest(at=at):
                damaged = good[:at] + bytes([value]) + good[at + 1:]
                self.assertNotEqual(damaged, good)
                (self.dir / "plain.h5").write_bytes(damaged)
                self.assertIn("plain.h5", self.run_it("seal", "plain.h5", code=2))
                self.assertEqual((self.dir / "plain.h5").read_bytes(), damaged)


class Layout5(Earlier, unittest.TestCase):
    LAYOUT = 5
    RUNS = {"everything": 16}
    EXTENSIONS = ("everything", "epochs=8"), ("everything", "seed=[2,3,1]"), ("everything", "hidden_size=[7,5]")


class Layout6(Layout5):
    LAYOUT = 6


class Layout7(Layout5):
    LAYOUT = 7

    def test_is_checked(self):
        """It has checksums."""
        said = self.run_it("check", "everything.h5")
        self.assertIn("everything.h5: 16 runs, ", said)
        self.assertIn("every checksum is right, fingerprint ", said)
        self.run_it("merge", "whole.h5", "everything.h5")
        self.assertEqual(said[-18:], self.run_it("check", "whole.h5")[-18:])


if __name__ == "__main__":
    RUNNER = str(Path(sys.argv.pop(1)).resolve())
    unittest.main()
