#!/usr/bin/env python3
"""README.zh.md and README.ja.md keep in step with README.md and the program.

usage: translations_test.py RUNNER REPOSITORY

Their commands are the same in both and in README.md, and are run: what trains is made small, and is given Debian's images.
Their Python is the same, and is run. Their tables of names are the same but for the last column, and what they say is
here is in a public header or is a key of the config.
"""
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

runner, repository = (Path(argument).resolve() for argument in sys.argv[1:])
small = ["dataset=fashion-mnist", "train_size=300", "test_size=100", "epochs=2"]


def blocks(text, language):
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def commands(text):
    return [line[2:] for block in blocks(text, "console") for line in block.splitlines() if line.startswith("$ ")]


def names(text):
    """The first two columns of the table."""
    rows = [line.split("|")[1:3] for line in text.splitlines() if line.startswith("| `")]
    return [(book.strip(), here.strip()) for book, here in rows]


def check_names(table):
    headers = "\n".join(path.read_text() for path in sorted((repository / "include").rglob("*.hpp")))
    keys = json.loads((repository / "configs/sweep.schema.json").read_text())["properties"]
    assert len(table) > 10, table
    for _, here in table:
        for name in re.findall(r"`([^`]+)`", here):
            last = re.split(r"::|\.", name)[-1]
            assert last in keys or re.search(rf"\b{last}\b", headers), f"{name} is nowhere"


def run(command, folder):
    if command.startswith("scripts/"):
        assert (repository / command.split()[0]).exists(), command
        return
    program = command.replace("build/runner", str(runner), 1)
    if re.match(r"build/runner( gradcheck)? configs/", command):
        program += "".join(f" {override}" for override in small if f" {override.split('=')[0]}=" not in program)
    result = subprocess.run(["bash", "-c", program], cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert result.returncode == 0, f"{command}\n{result.stdout}{result.stderr}"


english, chinese, japanese = ((repository / name).read_text() for name in ("README.md", "README.zh.md", "README.ja.md"))
assert commands(chinese) == commands(japanese)
assert names(chinese) == names(japanese)
assert blocks(chinese, "python") == blocks(japanese, "python")
check_names(names(chinese))

told = commands(english)
with tempfile.TemporaryDirectory() as name:
    folder = Path(name)
    (folder / "configs").symlink_to(repository / "configs")
    (folder / "results").mkdir()
    for command in commands(chinese):
        # README.md may say what it does behind it.
        assert any(re.fullmatch(re.escape(command) + r"( +#.*)?", line) for line in told), f"not in README.md: {command}"
        run(command, folder)
    for program in blocks(chinese, "python"):
        subprocess.run(["/usr/bin/python3", "-c", program], cwd=folder, check=True, stdout=subprocess.DEVNULL)
