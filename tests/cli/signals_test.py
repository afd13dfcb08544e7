#!/usr/bin/python3
"""Signals that end a program by default.

usage: signals_test.py RUNNER [TestClass…]
"""
import os
import resource
import signal
import sys
import unittest

import runner_test
from streams_test import LONG, Case

STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2, signal.SIGXCPU, signal.SIGALRM)


def handles(pid, which):
    with open(f"/proc/{pid}/status") as status:
        caught = next(line for line in status if line.startswith("SigCgt:"))
    return int(caught.split()[1], 16) >> (which - 1) & 1


class Sweep(Case):
    def test_is_stopped_by_each(self):
        for which in STOPPING:
            with self.subTest(signal=which):
                p = self.sweep_that_goes_on("--fresh", "--progress", "jsonl")
                for _ in range(3):
                    p.stdout.readline()
                p.send_signal(which)
                out, err = p.communicate(timeout=LONG)
                self.assertEqual(p.returncode, 130)
                self.assertIn("stopped: 0 of 1 runs", err)
                self.assert_kept()

    def test_goes_on_where_they_were_ignored(self):
        for which in STOPPING:
            with self.subTest(signal=which):
                p = self.sweep_that_goes_on("--fresh", "--progress", "jsonl", preexec_fn=lambda: signal.signal(which, signal.SIG_IGN))
                p.stdout.readline()
                p.send_signal(which)
                for _ in range(1000):
                    self.assertTrue(p.stdout.readline())
                p.kill()
                p.communicate()

    def test_is_ended_at_once_by_none_that_comes_by_itself_again(self):
        p = self.sweep_that_goes_on("--progress", "jsonl", "hidden_size=2000", "batch_size=1")
        p.stdout.readline()
        while p.poll() is None:
            for which in (signal.SIGHUP, signal.SIGXCPU, signal.SIGUSR1):
                p.send_signal(which)
        err = p.communicate(timeout=LONG)[1]
        self.assertEqual(p.returncode, 130)
        self.assertIn("stopped: 0 of 1 runs", err)

    def test_stops_where_its_processor_time_ends(self):
        # Before it trains it measures how fast it is, for two seconds.
        p = self.sweep_that_goes_on("--progress", "jsonl", "--threads", "1", preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CPU, (4, 60)))
        out, err = p.communicate(timeout=LONG)
        self.assertEqual(p.returncode, 130)
        self.assertIn("stopped: 0 of 1 runs", err)
        self.assert_kept()


    def test_is_stopped_while_a_large_file_is_made(self):
        # 470 MB of it, if they were written.
        p = self.start(self.config(hidden_size=2500, seed=list(range(30)), save_weights=True), "--quiet")
        made = lambda: list((self.dir / "results").glob(".sweep.h5.tmp-*"))
        while not made():
            self.assertIsNone(p.poll())
        for _ in range(100):
            if handles(p.pid, signal.SIGTERM):
                break
        p.send_signal(signal.SIGTERM)
        p.communicate(timeout=LONG)
        self.assertEqual(p.returncode, 130)
        self.assertEqual(made(), [])
        self.assertFalse((self.dir / "results" / "sweep.h5").exists())


class Verification(Case):
    def test_is_stopped_by_each(self):
        self.run_it(self.config(epochs=30000), "--quiet")
        for which in STOPPING:
            with self.subTest(signal=which):
                p = self.start("verify", "results/sweep.h5")
                while p.poll() is None:
                    # Before the data is read, a signal has its ordinary effect.
                    if handles(p.pid, which):
                        p.send_signal(which)
                        break
                err = p.communicate(timeout=LONG)[1]
                self.assertEqual((p.returncode, err), (130, "stopping after this epoch; press Ctrl-C again to stop at once\n"))


if __name__ == "__main__":
    runner_test.RUNNER = os.path.realpath(sys.argv.pop(1))
    unittest.main()
