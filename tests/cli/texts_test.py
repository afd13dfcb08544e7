#!/usr/bin/python3
"""What names and paths hold does not reach a terminal, a page, a figure, CSV or JSON as it is; nor does any escape
sequence a terminal that knows none.

usage: texts_test.py RUNNER [TestClass…]
"""
import csv
import io
import json
import os
import re
import subprocess
import sys
import unicodedata
import unittest
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import runner_test
from watch_test import Terminal

# An escape sequence, the same as one character, turned text, what is not seen, what ends a line, and no UTF-8.
WILD = b"w\x1b[31m\xc2\x9b2J\xe2\x80\xae\xe2\x80\x8b\xe2\x80\xa8\xd8\x9c\xe2\x81\xa6\x7f\xff"


def unprintable(text):
    """Control and format characters but for line ends and tabs."""
    return sorted({c for c in text if unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp", "Cs") and c not in "\r\n\t"})


class Texts(runner_test.Case):
    def setUp(self):
        super().setUp()
        self.wild = os.path.join(os.fsencode(self.dir), WILD)
        os.rename(self.dir / "data", self.wild)
        self.config(dataset={"dir": "data"}, hidden_size=[4, 8], epochs=2)
        os.symlink(self.wild, self.dir / "data")
        self.files = [WILD + b"/a.h5", WILD + b"b.h5"]
        for k, file in enumerate(self.files):
            self.printed("sweep.json", "--quiet", f"learning_rate=0.{k + 1}", b"--output", file)

    def printed(self, *arguments, code=0):
        """What is printed on standard output, which is UTF-8 with nothing in it that a terminal obeys."""
        p = subprocess.run([runner_test.RUNNER, *arguments], cwd=self.dir, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=300)
        self.assertEqual(p.returncode, code, p.stderr)
        text = p.stdout.decode()
        self.assertEqual(unprintable(text), [])
        return text

    def test_tables(self):
        for arguments in ((), ("--by", "hidden_size"), ("--sort", "gap", "--top", "1")):
            table = self.printed("compare", *self.files, *arguments)
            self.assertIn("w�[31m�2J", table)
        for file in self.files:
            self.printed("compare", file)
            self.printed("watch", file)
        self.assertIn("w�[31m�2J", self.printed("sweep.json", "--list", b"--output", self.files[0]).splitlines()[-1])

    def test_csv_and_json(self):
        for arguments in ((), ("--by", "hidden_size")):
            rows = list(csv.DictReader(io.StringIO(self.printed("compare", *self.files, "--csv", *arguments), newline="")))
            self.assertEqual(len(rows), 4)
            self.assertEqual(len({row["file"] for row in rows}), 2)
            found = json.loads(self.printed("compare", *self.files, "--json", *arguments))
            self.assertEqual(unprintable(json.dumps(found, ensure_ascii=False)), [])

    def test_formulas_are_text(self):
        for name in ("=cmd", "+1", "-1", "@a"):
            self.printed("sweep.json", "--quiet", f'name="{name}"', "--output", "formula.h5", "--fresh")
            for arguments in ((), ("--by", "hidden_size")):
                text = self.printed("compare", "formula.h5", "--csv", *arguments)
                self.assertEqual({row["file"] for row in csv.DictReader(io.StringIO(text, newline=""))}, {"'" + name})

    def test_page_and_figures(self):
        for files in (self.files, self.files[:1]):
            subprocess.run([runner_test.RUNNER, "report", *files, "--output", "page.html"], cwd=self.dir, check=True, stdout=subprocess.PIPE)
            page = (self.dir / "page.html").read_text(encoding="utf-8")
            data = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)[1]
            self.assertEqual(unprintable(data), [])
            self.assertEqual(unprintable(json.dumps(json.loads(data), ensure_ascii=False)), [])
        subprocess.run([runner_test.RUNNER, "report", self.files[0], "--svg", "figures"], cwd=self.dir, check=True, stdout=subprocess.PIPE)
        for figure in (self.dir / "figures").iterdir():
            text = figure.read_text(encoding="utf-8")
            ElementTree.fromstring(text)
            self.assertEqual(unprintable(text), [], figure)

    def test_a_dumb_terminal_gets_no_escape_sequences(self):
        for end in runner_test.open_terminal(self):
            os.close(end)
        runner_test.make_dataset(self.dir / "plain")
        for arguments in (("sweep.json", 'dataset={"dir": "plain"}', "--output", "new.h5"), ("compare", "new.h5"), ("watch", "new.h5")):
            for kind in ("dumb", "xterm"):
                if arguments[0] == "sweep.json":
                    (self.dir / "new.h5").unlink(missing_ok=True)
                terminal = Terminal([runner_test.RUNNER, *arguments], self.dir, TERM=kind, NO_COLOR="")
                self.addCleanup(terminal.close)
                code, _ = terminal.wait_for_end()
                self.assertEqual(code, 0, terminal.text)
                if kind == "dumb":
                    self.assertNotIn("\x1b", terminal.text, arguments)
                    self.assertIsNone(re.search(r"\r(?!\n)", terminal.text), arguments)
                elif arguments[0] == "sweep.json":
                    self.assertIn("\x1b[K", terminal.text)


if __name__ == "__main__":
    runner_test.RUNNER = str(Path(sys.argv.pop(1)).resolve())
    unittest.main()
