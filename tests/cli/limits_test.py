#!/usr/bin/python3
"""Limits of what a process may have: threads, memory, the size of files.

usage: limits_test.py RUNNER [TestClass…]
"""
import os
import resource
import subprocess
import sys
import unittest
from pathlib import Path

import runner_test

LONG = 60  # seconds that nothing here takes, on whatever machine
MEGABYTE = 1 << 20


class Case(runner_test.Case):
    def require_ordinary_program(self):
        """With a sanitizer a program takes terabytes of addresses, and cannot start in less."""
        if self.run_within(resource.RLIMIT_AS, 8192 * MEGABYTE, "--version")[0] != 0:
            self.skipTest("the program does not start with few addresses")

    def run_within(self, what, limit, *arguments):
        """Exit code, standard error, and the names of the files it leaves beside the results."""
        def begin():
            resource.setrlimit(what, (limit, limit))
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

        p = subprocess.run([runner_test.RUNNER, *map(str, arguments)], cwd=self.dir, text=True, capture_output=True,
                           timeout=LONG, preexec_fn=begin)
        results = self.dir / "results"
        left = sorted(x.name for x in results.iterdir() if x.name != "sweep.h5") if results.exists() else []
        return p.returncode, p.stderr, left


class Threads(Case):
    def test_that_cannot_be_made(self):
        self.require_ordinary_program()
        config = self.config()
        for megabytes in range(100, 500, 80):
            with self.subTest(megabytes=megabytes):
                code, err, left = self.run_within(resource.RLIMIT_AS, megabytes * MEGABYTE, config, "--threads", "64")
                self.assertEqual((code, left), (1, []))
                self.assertRegex(err, r"^runner: cannot make 64 threads, only \d+ \(--threads asks for fewer\): Resource temporarily unavailable\n$")

    def test_as_many_as_may_be_asked_for(self):
        self.require_ordinary_program()
        self.run_it(self.config(), "--quiet", "--threads", "4096")

    def test_that_cannot_be_made_for_others(self):
        self.require_ordinary_program()
        config = self.config()
        self.run_it(config, "--quiet")
        for command in (["verify", "results/sweep.h5"], [config, "--fresh"]):
            code, err, _ = self.run_within(resource.RLIMIT_AS, 200 * MEGABYTE, *command, "--threads", "1000")
            self.assertEqual(code, 1)
            self.assertRegex(err, r"^runner: cannot make 1000 threads, only \d+ ")


class Memory(Case):
    def test_there_is_too_little_of(self):
        """However little: it succeeds, or says that in one line."""
        self.require_ordinary_program()
        config = self.config(hidden_size=[300, 100], seed=[1, 2], save_weights=True)
        codes = set()
        for megabytes in range(40, 180, 7):
            with self.subTest(megabytes=megabytes):
                code, err, left = self.run_within(resource.RLIMIT_AS, megabytes * MEGABYTE, config, "--quiet", "--threads", "2")
                if "error while loading shared libraries" in err:
                    continue
                self.assertEqual(left, [])
                if code != 0:
                    self.assertEqual(code, 1)
                    self.assertRegex(err, r"^runner: (there is not enough memory|cannot make [^\n]*|to train [^\n]* may have \(ulimit\) \d+ MB[^\n]*)\n$")
                codes.add(code)
                (self.dir / "results" / "sweep.h5").unlink(missing_ok=True)
        self.assertEqual(codes, {0, 1})

    def test_a_run_needs_more_than_the_process_may_have(self):
        self.require_ordinary_program()
        config = self.config(hidden_size=10_000_000)
        for what in (resource.RLIMIT_AS, resource.RLIMIT_DATA):
            code, err, left = self.run_within(what, 400 * MEGABYTE, config, "--threads", "1")
            self.assertEqual((code, left), (1, []))
            self.assertRegex(err, r"^runner: to train hidden_size 10000000 with batch_size 20 takes [\d.]+ GB of memory, "
                                  r"and this process may have \(ulimit\) 419 MB\n$")

    def test_a_run_needs_more_than_the_control_group_may_have(self):
        group = self.control_group()
        script = f"echo $$ > {group}/cgroup.procs && exec '{runner_test.RUNNER}' {self.config(hidden_size=10_000_000)}"
        p = subprocess.run(["bash", "-c", script], cwd=self.dir, text=True, capture_output=True, timeout=LONG)
        self.assertEqual(p.returncode, 1)
        self.assertRegex(p.stderr, r"^runner: to train hidden_size 10000000 .* GB of memory, and this control group may have [\d.]+ [GM]B\n$")

    def test_runs_that_are_trained_at_once_need_more_than_the_process_may_have(self):
        self.require_ordinary_program()
        config = self.config(hidden_size=170_000, seed=[1, 2], epochs=1)
        code, err, left = self.run_within(resource.RLIMIT_DATA, 400 * MEGABYTE, config, "--threads", "2")
        self.assertEqual((code, left), (1, []))
        self.assertRegex(err, r"^runner: to train on 2 threads takes \d+ MB of memory, and this process may have \(ulimit\) 419 MB "
                              r"\(--threads asks for fewer\)\n$")
        self.assertEqual(self.run_within(resource.RLIMIT_DATA, 400 * MEGABYTE, config, "--threads", "1", "--quiet")[0], 0)

    def control_group(self):
        """A new one of 200 MB, within that of this process; the test is skipped where there is none to be had."""
        for line in Path("/proc/self/cgroup").read_text().splitlines():
            _, controllers, path = line.split(":", 2)
            if controllers not in ("", "memory"):
                continue
            parent = Path("/sys/fs/cgroup" if not controllers else "/sys/fs/cgroup/memory") / path.lstrip("/")
            if not parent.is_dir() or not os.access(parent, os.W_OK):
                continue
            group = parent / f"runner-test-{os.getpid()}"
            limit = group / ("memory.max" if not controllers else "memory.limit_in_bytes")
            try:
                group.mkdir()
            except OSError:
                continue
            self.addCleanup(group.rmdir)
            try:
                limit.write_text(str(200 * MEGABYTE))
                return group
            except OSError:
                continue
        self.skipTest("no control group can be made")


class FileSizes(Case):
    def test_a_results_file_that_is_too_large(self):
        config = self.config(hidden_size=100, save_weights=True)
        for kilobytes in (1, 20):
            with self.subTest(kilobytes=kilobytes):
                code, err, left = self.run_within(resource.RLIMIT_FSIZE, kilobytes * 1024, config, "--quiet")
                self.assertEqual((code, left), (1, []))
                self.assertRegex(err, r"^runner: cannot (make|use) the results file [^\n]*sweep.h5")
                self.assertIn("File too large", err)

    def test_a_page_that_is_too_large(self):
        self.run_it(self.config(), "--quiet")
        code, err, left = self.run_within(resource.RLIMIT_FSIZE, 1024, "report", "results/sweep.h5")
        self.assertEqual((code, left), (1, []))
        self.assertRegex(err, r"^runner: [^\n]*File too large\n$")


if __name__ == "__main__":
    runner_test.RUNNER = os.path.realpath(sys.argv.pop(1))
    unittest.main()
