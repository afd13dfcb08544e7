#!/usr/bin/python3
"""Standard streams that are closed, full, slow, or that nobody reads.

usage: streams_test.py RUNNER [TestClass…]
"""
import fcntl
import json
import os
import signal
import subprocess
import sys
import time
import unittest

import runner_test

LONG = 60  # seconds that nothing here takes, on whatever machine
NO_SPACE = "runner: cannot write to standard output: No space left on device\n"


def full_pipe():
    """The two ends of a pipe that takes no more."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    try:
        while True:
            os.write(writer, b"x" * 4096)
    except BlockingIOError:
        os.set_blocking(writer, True)
    return reader, writer


class Case(runner_test.Case):
    def run_with(self, *arguments, **streams):
        """With these streams; the others are pipes that are read."""
        streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | streams
        return subprocess.run([runner_test.RUNNER, *map(str, arguments)], cwd=self.dir, text=True, timeout=LONG, **streams)

    def sweep_that_goes_on(self, *arguments, **streams):
        """A sweep of short epochs that ends when it is stopped."""
        streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | streams
        process = subprocess.Popen([runner_test.RUNNER, str(self.config(epochs=10**6)), "--commit-interval", "0", *arguments],
                                   cwd=self.dir, text=True, **streams)
        self.addCleanup(lambda: [s.close() for s in (process.stdout, process.stderr) if s])
        self.addCleanup(lambda: process.poll() is None and (process.kill(), process.wait()))
        return process

    def wait_for_epochs(self, count):
        """Until the results file has so many."""
        end = time.monotonic() + LONG
        while time.monotonic() < end:
            try:
                if self.results(keys=["epochs_done"])["epochs_done"][0] >= count:
                    return
            except OSError:
                pass
            time.sleep(0.02)
        self.fail(f"there are no {count} epochs")

    def assert_kept(self):
        self.assertTrue((self.dir / "results" / "sweep.h5.checkpoint").exists())
        self.assertFalse((self.dir / "results" / "sweep.h5.lock").exists())

    def commands(self):
        """One of each kind that prints."""
        config = self.config(learning_rate=[0.1, 0.5])
        for output in ("results/sweep.h5", "results/part.h5"):
            self.run_it(config, "--quiet", "--output", output)
        results = "results/sweep.h5"
        return [["--help"], ["--version"], [config, "--list"], [config], [config, "--fresh", "--progress", "jsonl"],
                ["compare", results], ["compare", results, "--csv"], ["compare", results, "--json"],
                ["compare", results, "--by", "learning_rate"], ["watch", results], ["verify", results], ["gradcheck", config],
                ["merge", "results/merged.h5", "results/part.h5"], ["report", results], ["export", results, "--curves", "-"],
                ["help"], ["help", "config"], ["help", "--man"]]


class Closed(Case):
    def test_no_message_reaches_a_data_file(self):
        config = self.config(seed=list(range(5)))
        for closed in ("<&- >&- 2>&-", ">&-", "2>&-", "<&- 2>&-"):
            with self.subTest(closed=closed):
                script = f"exec '{runner_test.RUNNER}' {config} --fresh {closed}"
                self.assertEqual(subprocess.run(["bash", "-c", script], cwd=self.dir, capture_output=True).returncode, 0)
                self.assertIn("every bit is the same", self.run_it("verify", "results/sweep.h5", "--all")[0])

    def test_no_message_reaches_a_page(self):
        self.run_it(self.config(), "--quiet")
        script = f"exec '{runner_test.RUNNER}' report results/sweep.h5 >&-"
        self.assertEqual(subprocess.run(["bash", "-c", script], cwd=self.dir).returncode, 0)
        self.assertNotIn("results/sweep.html\n", (self.dir / "results" / "sweep.html").read_text()[-100:])


class Full(Case):
    def test_standard_output_in_every_command(self):
        with open("/dev/full", "w") as full:
            for arguments in self.commands():
                with self.subTest(arguments=arguments):
                    p = self.run_with(*arguments, stdout=full)
                    self.assertEqual(p.returncode, 1)
                    self.assertTrue(p.stderr.endswith(NO_SPACE), p.stderr)

    def test_standard_error_changes_nothing(self):
        with open("/dev/full", "w") as full:
            for arguments in self.commands():
                with self.subTest(arguments=arguments):
                    p = self.run_with(*arguments, stderr=full)
                    self.assertEqual(p.returncode, 0)
            self.assertEqual(self.run_with("compare", "nothing.h5", stderr=full).returncode, 2)

    def test_standard_output_of_a_sweep_stops_it(self):
        with open("/dev/full", "w") as full:
            p = self.sweep_that_goes_on("--progress", "jsonl", stdout=full)
            err = p.communicate(timeout=LONG)[1]
        self.assertEqual(p.returncode, 1)
        self.assertIn("the same command continues from there\n" + NO_SPACE, err)


class ReaderGone(Case):
    def gone(self):
        reader, writer = os.pipe()
        os.close(reader)
        self.addCleanup(os.close, writer)
        return writer

    def test_is_quiet(self):
        for arguments in self.commands():
            if "jsonl" in arguments:
                continue
            with self.subTest(arguments=arguments):
                p = self.run_with(*arguments, stdout=self.gone())
                self.assertEqual(p.returncode, 1)
                self.assertNotIn("runner:", p.stderr)

    def test_stops_a_sweep_that_keeps_its_weights(self):
        p = self.sweep_that_goes_on("--progress", "jsonl")
        for _ in range(3):
            p.stdout.readline()
        p.stdout.close()
        err = p.stderr.read()
        self.assertEqual(p.wait(timeout=LONG), 1)
        self.assertIn("stopped: 0 of 1 runs", err)
        self.assertTrue(err.endswith("runner: cannot write to standard output: Broken pipe\n"), err)
        self.assert_kept()
        # It goes on from where it was.
        done = int(self.results(keys=["epochs_done"])["epochs_done"][0])
        again = self.sweep_that_goes_on("--progress", "jsonl")
        epochs = [json.loads(again.stdout.readline())["epoch"] for _ in range(2)]
        self.assertEqual(epochs, [done + 1, done + 2])

    def test_of_messages_ends_no_sweep(self):
        p = self.run_with(self.config(), stderr=self.gone())
        self.assertEqual(p.returncode, 0)


class Slow(Case):
    def test_a_reader_gets_every_line_also_where_writes_do_not_block(self):
        epochs = 800
        for blocking in (True, False):
            with self.subTest(blocking=blocking):
                reader, writer = os.pipe()
                fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, 4096)
                os.set_blocking(writer, blocking)
                p = subprocess.Popen([runner_test.RUNNER, self.config(epochs=epochs), "--fresh", "--progress", "jsonl", "--commit-interval", "0"],
                                     cwd=self.dir, stdout=writer, stderr=subprocess.DEVNULL)
                os.close(writer)
                time.sleep(0.5)
                with open(reader) as lines:
                    told = [json.loads(line)["epoch"] for line in lines]
                self.assertEqual(p.wait(timeout=LONG), 0)
                self.assertEqual(told, list(range(epochs + 1)))

    def test_a_command_waits_where_writes_do_not_block(self):
        config = self.config(seed=list(range(3000)))
        expected = self.run_it(config, "--list")[0]
        reader, writer = os.pipe()
        os.set_blocking(writer, False)
        p = subprocess.Popen([runner_test.RUNNER, config, "--list"], cwd=self.dir, stdout=writer)
        os.close(writer)
        time.sleep(0.3)
        with open(reader) as lines:
            self.assertEqual(lines.read(), expected)
        self.assertEqual(p.wait(timeout=LONG), 0)


class Blocked(Case):
    """A stream that takes nothing keeps no signal from being obeyed."""

    def stop(self, process):
        time.sleep(0.5)
        self.assertIsNone(process.poll())
        start = time.monotonic()
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(timeout=LONG), 130)
        self.assertLess(time.monotonic() - start, 20)
        self.assert_kept()

    def test_lines_in_a_pipe(self):
        reader, writer = os.pipe()
        fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, 4096)
        p = self.sweep_that_goes_on("--progress", "jsonl", stdout=writer)
        os.close(writer)
        self.wait_for_epochs(1)  # a pipe of one page is full for poll(2) once it holds a line
        self.stop(p)
        with open(reader) as lines:
            told = [json.loads(line)["epoch"] for line in lines if line.endswith("\n")]
        self.assertLessEqual(told[-1], self.results(keys=["epochs_done"])["epochs_done"][0])

    def test_lines_on_a_terminal(self):
        leader, follower = runner_test.open_terminal(self)
        self.addCleanup(os.close, leader)
        self.addCleanup(os.close, follower)
        p = self.sweep_that_goes_on("--progress", "jsonl", stdout=follower)
        self.wait_for_epochs(5)
        self.stop(p)

    def test_messages_in_a_pipe(self):
        reader, writer = full_pipe()
        self.addCleanup(os.close, reader)
        self.addCleanup(os.close, writer)
        p = self.sweep_that_goes_on(stderr=writer)
        self.wait_for_epochs(5)
        self.stop(p)
        self.assertEqual(self.run_with(self.config(epochs=4), "--fresh", stderr=writer).returncode, 0)

    def test_progress_on_a_terminal(self):
        leader, follower = runner_test.open_terminal(self)
        self.addCleanup(os.close, leader)
        self.addCleanup(os.close, follower)
        p = self.sweep_that_goes_on(stderr=follower)
        self.wait_for_epochs(2000)
        self.stop(p)


if __name__ == "__main__":
    runner_test.RUNNER = os.path.realpath(sys.argv.pop(1))
    unittest.main()
