#!/usr/bin/python3
"""Machines and file systems that lack something.

usage: lacking_test.py RUNNER FAILING_CALLS

What the promise that nothing is lost does not need is done without, and that is said once; what it needs is refused with the reason.
"""
import errno
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import h5py

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))
from made_up_data import make_dataset  # noqa: E402

CONFIG = '{"dataset": {"dir": "data"}, "epochs": 2, "hidden_size": 3, "batch_size": 10}'


class Lacking(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name).resolve()
        make_dataset(self.folder / "data")
        (self.folder / "c.json").write_text(CONFIG)

    def run_it(self, call=None, error=None, at=1, always=True, code=0, arguments=("c.json", "-q", "-o", "s.h5")):
        fault = {"FAIL_CALL": call, "FAIL_AT": str(at), "FAIL_ERRNO": str(error)} if call else {}
        if call and always:
            fault["FAIL_ALWAYS"] = "1"
        process = subprocess.run([RUNNER, *arguments], cwd=self.folder, capture_output=True, text=True, timeout=60,
                                 env={**os.environ, "LD_PRELOAD": LIBRARY, "FAIL_UNDER": str(self.folder), **fault})
        self.assertEqual(process.returncode, code, process.stderr)
        left = {path.name for path in self.folder.iterdir()} - {"data", "c.json", "s.html"}
        # Whose lock it is cannot be told where locks fail.
        self.assertEqual(left - ({"s.h5.lock"} if call == "flock" and code else set()), {"s.h5"} if code == 0 else set())
        if code == 0:
            with h5py.File(self.folder / "s.h5") as f:
                self.assertTrue((f["status"][()] == 2).all())
        return process.stderr

    def test_locks(self):
        for error in (errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP):
            self.assertEqual(self.run_it("flock", error).count("has no locks"), 1)
            (self.folder / "s.h5").unlink()

    def test_locks_that_fail_are_no_locks_that_are_not_there(self):
        self.assertIn("cannot lock", self.run_it("flock", errno.EIO, code=1))

    def test_a_sync_of_the_folder(self):
        for error in (errno.EINVAL, errno.EOPNOTSUPP, errno.ENOSYS):
            said = self.run_it("fsync", error, at=2)
            self.assertEqual(said.count("cannot be synced"), 1)
            self.assertIn("after a power cut s.h5 may", said)
            (self.folder / "s.h5").unlink()

    def test_a_sync_of_the_file_is_needed(self):
        self.assertIn("Invalid argument", self.run_it("fsync", errno.EINVAL, always=False, code=1))

    def test_permissions(self):
        self.run_it()
        for error in (errno.EPERM, errno.ENOSYS, errno.EOPNOTSUPP):
            self.assertEqual(self.run_it("fchmod", error, arguments=("c.json", "-q", "-o", "s.h5", "--fresh")), "")
            self.run_it("fchmod", error, arguments=("report", "s.h5"))
            self.run_it("fchmod", error, arguments=("report", "s.h5"))

    def test_the_free_space(self):
        self.assertEqual(self.run_it("statvfs", errno.ENOSYS), "")

    def test_memory_of_its_own_that_oneTBB_asks_for(self):
        for at in (1, 2, 3):  # the first is waited for by all threads
            said = self.run_it("mmap", errno.ENOMEM, at=at, code=1, arguments=("c.json", "-q", "-o", "s.h5", "-j", "2"))
            self.assertEqual(said, "runner: there is not enough memory\n")


if __name__ == "__main__":
    RUNNER, LIBRARY = (str(Path(a).resolve()) for a in sys.argv[1:3])
    unittest.main(argv=sys.argv[:1] + sys.argv[3:])
