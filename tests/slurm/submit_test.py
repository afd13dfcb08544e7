#!/usr/bin/python3
"""scripts/slurm without a Slurm: stand-ins for sbatch and scontrol write down how they were called.

usage: submit_test.py RUNNER [TestClass…]
"""
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))
import h5py  # noqa: E402

from made_up_data import make_dataset  # noqa: E402

RUNNER = None
SCRIPTS = Path(__file__).parents[2] / "scripts" / "slurm"
STAND_IN = """#!/usr/bin/env bash
calls=("$CALLS"/*)
printf '%s\\0' "${0##*/}" "$@" >"$CALLS/${#calls[@]}"
if [[ ${FAILS-} == "${#calls[@]}" ]]; then echo "not today" >&2; exit 1; fi
echo "$((40 + ${#calls[@]}));cluster"
"""


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.dir = Path(folder.name) / "a folder"
        self.calls_dir = Path(folder.name) / "calls"
        self.bin_dir = Path(folder.name) / "bin"
        for path in (self.dir, self.calls_dir, self.bin_dir):
            path.mkdir()
        (self.calls_dir / "0").touch()
        for name in ("sbatch", "scontrol"):
            (self.bin_dir / name).write_text(STAND_IN)
            (self.bin_dir / name).chmod(0o755)
        self.env = os.environ | {"PATH": f"{self.bin_dir}:/usr/bin:/bin", "CALLS": str(self.calls_dir)}
        make_dataset(self.dir / "data")
        keys = {"dataset": {"dir": "data"}, "epochs": 3, "batch_size": [10, 20], "hidden_size": [5, 8]}
        (self.dir / "sweep.json").write_text(json.dumps(keys))

    def call(self, script, *arguments, code=0, **env):
        p = subprocess.run([SCRIPTS / script, *map(str, arguments)], cwd=self.dir, env=self.env | env, text=True, timeout=300,
                           stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.assertEqual(p.returncode, code, p.stdout + p.stderr)
        return p.stdout, p.stderr

    def calls(self):
        """How the stand-ins were called, in order."""
        return [path.read_text().split("\0")[:-1] for path in sorted(self.calls_dir.iterdir())][1:]


class Submit(Case):
    def submit(self, *arguments, **options):
        return self.call("submit", "--runner", RUNNER, *arguments, **options)

    def test_an_array_and_its_merge(self):
        out, _ = self.submit("sweep.json", "epochs=2", "--shards", 3, "name=a sweep")
        self.assertEqual(out, "job 41: 3 tasks train the sweep into results/a sweep.shard-*-of-3.h5\n"
                              "job 42: merges them into results/a sweep.h5 when all have ended\n")
        self.assertEqual(self.calls(), [
            ["sbatch", "--parsable", "--job-name=a sweep", "--array=1-3", "--output=results/a sweep.slurm-%A_%a.log", "--open-mode=append",
             "--requeue", "--signal=B:USR1@120", str(SCRIPTS / "task"), RUNNER, "3", "results/a sweep", "sweep.json", "epochs=2",
             "name=a sweep"],
            ["sbatch", "--parsable", "--job-name=a sweep.merge", "--cpus-per-task=1", "--output=results/a sweep.slurm-%j.merge.log",
             "--open-mode=append", "--dependency=afterany:41", str(SCRIPTS / "merge"), RUNNER, "3", "results/a sweep", "results/a sweep.h5"]])
        self.assertEqual(list((self.dir / "results").iterdir()), [])

    def test_options(self):
        self.submit("--shards=2", "--output", "out/100%.h5", "--grace", 30, "sweep.json", "--", "--time=5", "--array=1-2%1", "-a", "1", "-p", "x")
        tasks, merge = self.calls()
        self.assertIn("--output=out/100%%.slurm-%A_%a.log", tasks)
        self.assertIn("--signal=B:USR1@30", tasks)
        self.assertEqual(tasks[8:], ["--time=5", "--array=1-2%1", "-a", "1", "-p", "x", str(SCRIPTS / "task"), RUNNER, "2", "out/100%",
                                     "sweep.json"])
        self.assertEqual(merge[3:6], ["--time=5", "-p", "x"])
        self.assertEqual(merge[-3:], ["2", "out/100%", "out/100%.h5"])
        self.assertTrue((self.dir / "out").is_dir())

    def test_what_is_wrong_is_said_and_nothing_is_submitted(self):
        for arguments, says in (
                ([], "no CONFIG"), (["sweep.json"], "no --shards"), (["sweep.json", "--shards"], "--shards needs a value"),
                (["sweep.json", "--shards", "0"], "--shards 0"), (["sweep.json", "--shards", "many"], "--shards many"),
                (["sweep.json", "--shards", "2", "--grace", "soon"], "--grace soon"),
                (["sweep.json", "--shards", "2", "--time=5"], "unknown option --time=5"),
                (["sweep.json", "--shards", "2", "--runner", "nowhere"], "nowhere: no such program"),
                (["nowhere.json", "--shards", "2"], "nowhere.json"), (["sweep.json", "epoch=2", "--shards", "2"], '"epoch"'),
                (["sweep.json", "hidden_size=[5]", "--shards", "3"], "3"),
                (["sweep.json", 'dataset={"dir": "nowhere"}', "--shards", "2"], "nowhere")):
            with self.subTest(arguments=arguments):
                out, err = self.submit(*arguments, code=2)
                self.assertEqual((out, err.count("\n"), self.calls()), ("", 1, []), err)
                self.assertIn(says, err)
        for name in ("bash", "env", "dirname", "realpath"):
            (self.bin_dir / name).symlink_to(shutil.which(name))
        (self.bin_dir / "sbatch").unlink()
        _, err = self.submit("sweep.json", "--shards", 2, code=2, PATH=str(self.bin_dir))
        self.assertIn("no sbatch", err)
        self.assertEqual(sorted(path.name for path in self.dir.iterdir()), ["data", "sweep.json"])

    def test_names_that_programs_may_take_for_something_else(self):
        for name in ("compare", "a config\nof two lines", "ü *?$HOME;'\"", "..json"):
            shutil.copy(self.dir / "sweep.json", self.dir / name)
        for arguments, given in ((["compare", "name=x"], ["./compare", "name=x"]),
                                 (["./a config\nof two lines", "name=x"], ["./a config\nof two lines", "name=x"]),
                                 (["ü *?$HOME;'\"", "name=x"], ["./ü *?$HOME;'\"", "name=x"]),
                                 (["..json", "name=x", "description=two\nlines"], ["..json", "name=x", "description=two\nlines"])):
            with self.subTest(arguments=arguments):
                before = len(self.calls())
                self.submit(*arguments, "--shards", 2)
                tasks, merge = self.calls()[before:]
                self.assertEqual(tasks[-len(given) - 1:], ["results/x", *given])
                self.assertEqual(merge[-1], "results/x.h5")

    def test_an_output_with_a_leading_dash(self):
        self.submit("sweep.json", "--shards", 2, "--output", "-x y.h5")
        tasks, merge = self.calls()
        self.assertIn("--job-name=-x y", tasks)
        self.assertIn("--output=./-x y.slurm-%A_%a.log", tasks)
        self.assertEqual(tasks[-2:], ["./-x y", "sweep.json"])
        self.assertEqual(merge[-2:], ["./-x y", "./-x y.h5"])

    def test_from_any_folder(self):
        """CDPATH must not lead elsewhere, and cd must not print."""
        (self.dir / "scripts").symlink_to(SCRIPTS.parent)
        p = subprocess.run(["scripts/slurm/submit", "--runner", RUNNER, "sweep.json", "--shards", "2"], cwd=self.dir, text=True, timeout=300,
                           env=self.env | {"CDPATH": str(self.dir)}, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.assertEqual((p.returncode, p.stderr), (0, ""))
        self.assertIn(str(self.dir / "scripts/slurm/task"), self.calls()[0])

    def test_names_that_cannot_be_used_are_refused_in_one_line(self):
        (self.dir / "folder").mkdir()
        (self.dir / "folder.json").mkdir()
        (self.dir / "strange.json").write_text(json.dumps(
            {"name": "a\u202eb", "dataset": {"dir": "data"}, "epochs": 1, "batch_size": 10, "hidden_size": [5, 8]}))
        for arguments, says in (
                (["-x.json", "--shards", "2"], "./-x.json"),
                (["folder.json", "--shards", "2"], "folder.json: a folder"),
                (["sweep.json", "--shards", "2\n3"], "--shards 2�3"),
                (["sweep.json", "--shards", "99999999999999999999"], "--shards 9999"),
                (["sweep.json", "--shards", "2", "--grace", "65536"], "65535"),
                (["sweep.json", "--shards", "2", "--out\nput=x"], "unknown option --out�put=x"),
                (["sweep.json", "--shards", "2", "--output", "two\nlines.h5"], "two�lines.h5: control characters"),
                (["sweep.json", "--shards", "2", "--output", "line.h5\n"], "line.h5�: control characters"),
                (["sweep.json", "--shards", "2", "--output", "a\\b.h5"], "backslash"),
                (["sweep.json", "--shards", "2", "--output", "folder"], "folder: a folder"),
                (["sweep.json", "--shards", "2", "--output", "new/"], "new/: a folder"),
                (["sweep.json", "--shards", "2", "--output", "new/.h5"], "new/.h5: a folder"),
                (["sweep.json", "--shards", "2", "--output", "sweep.json/x.h5"], "sweep.json: this folder cannot be made"),
                (["sweep.json", "--shards", "2", "--runner", "folder"], "folder: no such program")):
            with self.subTest(arguments=arguments):
                out, err = self.submit(*arguments, code=2)
                self.assertEqual((out, err.count("\n"), self.calls()), ("", 1, []), err)
                self.assertIn(says, err)
        # What the runner cannot print is no name to go on with.
        _, err = self.submit("strange.json", "--shards", "2", code=2)
        self.assertEqual((err.count("\n"), self.calls()), (1, []), err)
        self.assertEqual(sorted(path.name for path in self.dir.iterdir()), ["data", "folder", "folder.json", "strange.json", "sweep.json"])

    def test_sbatch_says_nothing(self):
        (self.bin_dir / "sbatch").write_text("#!/bin/sh\n")
        _, err = self.submit("sweep.json", "--shards", 2, code=1)
        self.assertEqual(err, "submit: sbatch did not say which job it made, so no merge was submitted\n")

    def test_sbatch_fails(self):
        self.submit("sweep.json", "--shards", 2, code=1, FAILS="1")
        self.assertEqual(len(self.calls()), 1)
        _, err = self.submit("sweep.json", "--shards", 2, code=1, FAILS="3")
        self.assertIn("job 42 trains", err)

    def test_help(self):
        self.assertIn("--shards N", self.submit("--help")[0])


class Merge(Case):
    def test_the_rest_is_merged_where_a_part_is_missing(self):
        self.call("merge", RUNNER, "2", "results/sweep", "results/sweep.h5", code=1)
        for shard, code in ((2, 1), (1, 0)):
            subprocess.run([RUNNER, "sweep.json", "--shard", f"{shard}/2", "--quiet"], cwd=self.dir, check=True)
            out, _ = self.call("merge", RUNNER, "2", "results/sweep", "results/sweep.h5", code=code)
            self.assertEqual("missing: results/sweep.shard-1-of-2.h5" in out, shard == 2)
        with h5py.File(self.dir / "results" / "sweep.h5") as f:
            self.assertTrue((f["status"][()] == 2).all())


class Task(Case):
    def setUp(self):
        super().setUp()
        signal.signal(signal.SIGALRM, self.too_long)
        signal.alarm(120)
        self.addCleanup(signal.alarm, 0)
        # Longer than any test waits.
        self.arguments = [RUNNER, "2", "sweep", "sweep.json", "epochs=1000000"]
        self.env |= {"SLURM_ARRAY_JOB_ID": "7", "SLURM_ARRAY_TASK_ID": "2", "SLURM_JOB_ID": "7", "SLURM_CPUS_ON_NODE": "1"}

    def too_long(self, *_):
        self.fail("nothing happened for too long")

    def instead(self, script):
        """A stand-in for the runner, that says so once it is there."""
        path = self.dir / "runner"
        path.write_text(f"#!/usr/bin/env bash\n{script}\n")
        path.chmod(0o755)
        self.arguments[0] = path

    def start(self, **env):
        process = subprocess.Popen([SCRIPTS / "task", *map(str, self.arguments)], cwd=self.dir, env=self.env | env, text=True,
                                   stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(self.kill, process)
        return process

    @staticmethod
    def kill(process):
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass

    def start_training(self, **env):
        process = self.start(**env)
        while self.epochs() <= 0:
            time.sleep(0.05)
        return process

    def epochs(self):
        try:
            with h5py.File(self.dir / "sweep.shard-2-of-2.h5") as f:
                return f["epochs_done"][()].max()
        except OSError:
            return -1

    def end(self, process, code):
        out, _ = process.communicate()
        self.assertEqual(process.returncode, code, out)
        return out

    def test_near_the_time_limit_it_goes_back_into_the_queue(self):
        process = self.start_training()
        process.send_signal(signal.SIGUSR1)
        out = self.end(process, 130)
        self.assertIn("1 threads", out)
        self.assertIn("\nstopped: 0 of 2 runs are done and kept in sweep.shard-2-of-2.h5", out)
        # Not job 7, which is the whole array.
        self.assertEqual(self.calls(), [["scontrol", "requeue", "7_2"]])

    def test_it_says_so_when_it_cannot(self):
        process = self.start_training(FAILS="1")
        process.send_signal(signal.SIGUSR1)
        self.assertIn("cannot be requeued", self.end(process, 130))

    def test_cancelled_it_stops(self):
        for to in (os.killpg, os.kill):  # Slurm sends it to all processes of the task; others may not
            with self.subTest(to=to.__name__):
                process = self.start_training()
                to(process.pid, signal.SIGTERM)
                self.assertIn("\nstopped: ", self.end(process, 130))
                self.assertEqual(self.calls(), [])
                (self.dir / "sweep.shard-2-of-2.h5").unlink()

    def test_a_runner_that_takes_its_time_is_not_asked_twice(self):
        """The runner ends at once when the same signal comes again: here, Slurm's TERM."""
        self.instead("trap 'trap - TERM; asked=1' TERM; trap 'trap - INT; asked=1' INT; asked=; echo there\n"
                     "until [[ $asked ]]; do sleep 0.01; done; for i in {1..50}; do sleep 0.01; done; exit 130")
        for to in (os.killpg, os.kill):
            process = self.start()
            while "there" not in process.stdout.readline():
                pass
            to(process.pid, signal.SIGTERM)
            self.end(process, 130)

    def test_a_runner_that_has_only_just_been_started(self):
        self.instead("echo there; exec sleep 1000")
        process = self.start()
        while "there" not in process.stdout.readline():
            pass
        process.send_signal(signal.SIGUSR1)
        self.end(process, 130)
        self.assertEqual(self.calls(), [["scontrol", "requeue", "7_2"]])

    def test_cancelled_near_its_time_limit_it_stops(self):
        self.instead("trap 'echo asked' INT; echo there; until [[ -e go ]]; do sleep 0.01; done; exit 130")
        process = self.start()
        for expected, then in ((": start 1", None), ("there", signal.SIGUSR1), ("asked", signal.SIGTERM)):
            self.assertIn(expected, process.stdout.readline())
            if then:
                process.send_signal(then)
        (self.dir / "go").touch()
        self.assertIn("stopped", self.end(process, 130))
        self.assertEqual(self.calls(), [])

    def test_a_runner_that_ends_meanwhile_is_not_started_again(self):
        for code in (0, 1, 3):
            with self.subTest(code=code):
                self.instead(f"trap 'sleep 0.2; exit {code}' INT; echo there; while :; do sleep 0.01; done")
                process = self.start()
                while "there" not in process.stdout.readline():
                    pass
                for _ in range(20):
                    process.send_signal(signal.SIGUSR1)
                self.end(process, code)
                self.assertEqual(self.calls(), [])

    def test_the_exit_code_is_the_runners(self):
        for code in (0, 1, 2, 127, 130, 139):
            self.instead(f"exit {code}")
            self.end(self.start(), code)
        self.assertEqual(self.calls(), [])


if __name__ == "__main__":
    RUNNER = str(Path(sys.argv.pop(1)).resolve())
    unittest.main()
