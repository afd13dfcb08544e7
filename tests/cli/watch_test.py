#!/usr/bin/python3
"""`runner watch` on a terminal: a pty whose screen is read as it is drawn.

usage: watch_test.py RUNNER [TestClass…]
"""
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
import unittest
from pathlib import Path

import h5py
import numpy as np

import runner_test

ENTER, LEAVE = "\x1b[?1049h", "\x1b[?1049l"
LONG = 300  # seconds that nothing takes, on whatever machine


class Terminal:
    """A program on a terminal of its own."""

    def __init__(self, arguments, folder, columns=80, rows=24, **environment):
        self.leader, self.follower = pty.openpty()
        self.resize(columns, rows)
        self.modes = termios.tcgetattr(self.follower)
        self.text = ""
        self.process = subprocess.Popen(
            [str(a) for a in arguments], cwd=folder, stdin=self.follower, stdout=self.follower, stderr=self.follower,
            env=os.environ | {"TERM": "xterm", "NO_COLOR": "1"} | environment, start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self.leader)
        os.close(self.follower)

    def resize(self, columns, rows):
        fcntl.ioctl(self.leader, termios.TIOCSWINSZ, struct.pack("4H", rows, columns, 0, 0))

    def press(self, key):
        os.write(self.leader, key)

    def read(self, seconds):
        if select.select([self.leader], [], [], seconds)[0]:
            self.text += os.read(self.leader, 1 << 16).decode(errors="replace")
            return True
        return False

    def pictures(self):
        """Those that were drawn whole, each as its lines."""
        return [re.sub(r"\x1b\[K", "", picture).split("\r\n")[:-1] for picture in re.findall(r"\x1b\[H(.*?)\x1b\[J", self.text, re.DOTALL)]

    def wait_for(self, condition):
        """Reads until there is a picture that obeys the condition, which is returned."""
        seen, end = 0, time.monotonic() + LONG
        while time.monotonic() < end:
            pictures = self.pictures()
            for picture in pictures[seen:]:
                if condition(picture):
                    return picture
            seen = len(pictures)
            if not self.read(0.1) and self.process.poll() is not None and not self.read(0):
                break
        raise AssertionError(f"it never came to that:\n{self.text}")

    def wait_for_line(self, pattern):
        return self.wait_for(lambda picture: any(re.search(pattern, line) for line in picture))

    def wait_for_end(self):
        """Returns the exit code and what is left on the screen, as its lines."""
        end = time.monotonic() + LONG
        while self.process.poll() is None and time.monotonic() < end:
            self.read(0.1)
        while self.read(0):
            pass
        return self.process.poll(), self.text.rpartition(LEAVE)[2].split("\r\n")[:-1]


def wait_until(condition):
    end = time.monotonic() + LONG
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.005)


class Watch(runner_test.Case):
    def setUp(self):
        super().setUp()
        for end in runner_test.open_terminal(self):
            os.close(end)

    FILE = Path("results") / "sweep.h5"

    def watch(self, *arguments, **options):
        terminal = Terminal([runner_test.RUNNER, "watch", self.FILE, *arguments], self.dir, **options)
        self.addCleanup(terminal.close)
        return terminal

    def epochs_done(self):
        """Of all runs, without the untrained network."""
        with h5py.File(self.dir / self.FILE) as f:
            return int(np.maximum(f["epochs_done"][()], 0).sum())

    def held(self, runner, done):
        """Lets it go on until more than so many epochs are done, and holds it; returns how many there are."""
        runner.send_signal(signal.SIGCONT)
        wait_until(lambda: runner.poll() is not None or ((self.dir / self.FILE).exists() and self.epochs_done() > done))
        runner.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, runner.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)  # which takes it a moment
        return self.epochs_done()

    def unfinished(self):
        """A results file whose runner was killed."""
        runner = self.start(self.config(hidden_size=[4, 8], epochs=100000), "--commit-interval", "0", "--quiet")
        wait_until(lambda: (self.dir / self.FILE).exists() and self.epochs_done() > 3)
        runner.kill()
        runner.communicate()
        return self.epochs_done()

    def finished(self, name):
        self.run_it(self.config(hidden_size=[4, 8], epochs=5), "--quiet", "--output", name)

    def test_a_sweep_from_its_first_epochs_to_its_end(self):
        epochs, first, second = 500, 0, 0
        while not 0 < first < second < 2 * epochs:  # held in the middle twice; a fast machine is given more to do
            epochs *= 2
            runner = self.start(self.config(hidden_size=[4, 8], epochs=epochs), "--commit-interval", "0", "--quiet", "--fresh")
            self.addCleanup(runner.communicate)
            self.addCleanup(runner.kill)
            first = self.held(runner, 0)
            second = first
            if first < 2 * epochs:
                watch = self.watch("--interval", "0.1")
                watch.wait_for_line(rf" {first}/{2 * epochs} epochs")
                picture = watch.wait_for_line(rf"elapsed.* pid {runner.pid} on ")
                self.assertRegex(picture[0], r"^sweep: 2 runs, \d done, \d running, \d pending, 0 diverged$")
                self.assertIn(ENTER, watch.text)
                second = self.held(runner, first)
                watch.wait_for_line(rf" {second}/{2 * epochs} epochs")
        runner.send_signal(signal.SIGCONT)
        self.assertEqual(runner.wait(LONG), 0)
        code, left = watch.wait_for_end()
        self.assertEqual(code, 0)
        self.assertEqual(left[0], "sweep: 2 runs, 2 done, 0 running, 0 pending, 0 diverged")
        self.assertIn(f" {2 * epochs}/{2 * epochs} epochs, 100 %", left[1])
        self.assertEqual(left[2], "all runs have ended")
        # What is shown of a run is what the file holds.
        r = self.results()
        best = int(r["test_accuracy"][:, -1].argmax())
        row = left[left.index(next(line for line in left if line.startswith("Leading"))) + 1].split()
        self.assertEqual(row[:5], [("4", "8")[best], str(epochs), f"{r['train_accuracy'][best, -1]:.4f}", f"{r['test_accuracy'][best, -1]:.4f}",
                                   f"{float(r['train_accuracy'][best, -1]) - float(r['test_accuracy'][best, -1]):.4f}"])
        self.assertRegex(row[-1], "^[▁▂▃▄▅▆▇█]+$")
        done = [int(re.search(r" (\d+)/", picture[1])[1]) for picture in watch.pictures()]
        self.assertEqual(done, sorted(done))

    def test_the_terminal_is_left_as_it_was(self):
        done = self.unfinished()
        for leave in (lambda w: w.press(b"\x03"), lambda w: w.press(b"q"), lambda w: w.press(b"\x1c"),
                      lambda w: w.process.send_signal(signal.SIGTERM), lambda w: w.process.send_signal(signal.SIGHUP)):
            watch = self.watch("--interval", "3600")
            picture = watch.wait_for_line("no runner is at work")
            self.assertIn(f" {done}/200000 epochs", picture[1])
            self.assertNotEqual(termios.tcgetattr(watch.follower), watch.modes)
            watch.press(b"x")  # is no command, and does not appear
            leave(watch)
            code, left = watch.wait_for_end()
            self.assertEqual(code, 0)
            self.assertEqual(left, picture)
            self.assertEqual(termios.tcgetattr(watch.follower), watch.modes)
            for on, off in (("\x1b[?25l", "\x1b[?25h"), ("\x1b[?7l", "\x1b[?7h"), (ENTER, LEAVE)):
                self.assertEqual((watch.text.count(on), watch.text.count(off)), (1, 1))
                self.assertLess(watch.text.index(on), watch.text.index(off))
            self.assertNotIn("x", "".join(left).replace("runner", "").replace("epoch", ""))

    def test_it_fits_the_terminal_also_when_that_changes(self):
        self.unfinished()
        watch = self.watch("--interval", "3600")
        watch.wait_for_line("no runner is at work")
        for columns, rows in ((120, 40), (40, 12), (20, 5), (80, 24)):
            watch.text = ""
            watch.resize(columns, rows)
            picture = watch.wait_for(lambda picture: True)
            self.assertLess(len(picture), rows)
            self.assertLessEqual(max(map(len, picture)), columns)
            self.assertGreater(max(map(len, picture)), 0.6 * columns)

    def test_it_can_be_stopped_and_goes_on(self):
        self.unfinished()
        watch = self.watch("--interval", "3600")
        watch.wait_for_line("no runner is at work")
        watch.press(b"\x1a")
        self.assertTrue(os.WIFSTOPPED(os.waitpid(watch.process.pid, os.WUNTRACED)[1]))
        while LEAVE not in watch.text:
            self.assertTrue(watch.read(LONG))
        self.assertEqual(termios.tcgetattr(watch.follower), watch.modes)
        watch.text = ""
        watch.process.send_signal(signal.SIGCONT)
        watch.wait_for_line("no runner is at work")
        self.assertIn(ENTER, watch.text)
        watch.press(b"q")
        self.assertEqual(watch.wait_for_end()[0], 0)

    def test_a_file_that_comes_and_goes(self):
        self.unfinished()
        self.finished("other.h5")
        (self.dir / "text.h5").write_text("not HDF5")
        file = self.dir / self.FILE
        watch = self.watch("--interval", "0.1")
        watch.wait_for_line("no runner is at work")
        os.replace(self.dir / "text.h5", file)
        picture = watch.wait_for_line("cannot be read now: .*not a results file")
        self.assertIn("/200000 epochs", picture[1])
        file.unlink()
        watch.wait_for_line("cannot be read now: there is no results file")
        os.replace(self.dir / "other.h5", file)
        code, left = watch.wait_for_end()
        self.assertEqual(code, 0)
        self.assertIn(" 10/10 epochs, 100 %", left[1])

    def test_one_picture_where_there_is_no_terminal(self):
        self.unfinished()
        out, err = self.run_it("watch", self.FILE)
        self.assertEqual(err, "")
        self.assertNotIn("\x1b", out)
        lines = out.splitlines()
        self.assertRegex(lines[0], r"^sweep: 2 runs, ")
        self.assertLessEqual(len(lines), 24)
        self.assertLessEqual(max(map(len, lines)), 80)
        # The same on one that cannot be drawn on.
        code, left = self.watch(TERM="dumb").wait_for_end()
        self.assertEqual((code, left), (0, lines))

    def test_one_picture_of_a_sweep_that_is_done(self):
        self.finished(self.FILE)
        watch = self.watch()
        code, left = watch.wait_for_end()
        self.assertEqual(code, 0)
        self.assertNotIn("\x1b", watch.text)
        self.assertEqual(left, self.run_it("watch", self.FILE)[0].splitlines())

    def test_colour_is_for_terminals_that_are_asked_for_it(self):
        self.finished(self.FILE)
        for no_colour, expected in (("", True), ("1", False)):
            watch = self.watch(NO_COLOR=no_colour)
            watch.wait_for_end()
            self.assertEqual("\x1b[32m" in watch.text, expected)

    def test_a_writer_is_not_disturbed(self):
        """It may start, and say that it is at work, while others look."""
        self.unfinished()
        watches = [self.watch("--interval", "0.1") for _ in range(2)]
        for watch in watches:
            watch.wait_for_line("no runner is at work")
        for _ in range(3):
            runner = self.start(self.config(hidden_size=[4, 8], epochs=100000), "--quiet")
            for watch in watches:
                watch.wait_for_line(rf"elapsed.* pid {runner.pid} on ")
            runner.send_signal(signal.SIGINT)
            _, err = runner.communicate(timeout=LONG)
            self.assertEqual(runner.returncode, 130, err)
            for watch in watches:
                watch.text = ""
                watch.wait_for_line("no runner is at work")

    def test_what_cannot_be_watched(self):
        self.refused("watch", "nothing.h5", says=["nothing.h5"])
        (self.dir / "text.h5").write_text("not HDF5")
        self.refused("watch", "text.h5", says=["text.h5"])
        for interval in ("0", "-1", "soon", "nan"):
            self.refused("watch", "text.h5", "--interval", interval, says=["--interval"])
        code, left = Terminal([runner_test.RUNNER, "watch", "nothing.h5"], self.dir).wait_for_end()
        self.assertEqual((code, left), (2, ["runner: there is no results file nothing.h5"]))


if __name__ == "__main__":
    runner_test.RUNNER = str(Path(sys.argv.pop(1)).resolve())
    unittest.main()
