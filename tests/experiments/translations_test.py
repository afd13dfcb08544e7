#!/usr/bin/env python3
"""README.zh.md and README.ja.md keep in step with README.md and the program.

usage: translations_test.py RUNNER REPOSITORY

All three have the same headings one for one, the same links and pictures, the same commands in blocks and tables, and the same samples of output; only
comments differ. The commands of the program are run: what trains is made small, and is given Debian's images. The translations end with a table of the
book's names. It is the same in both but for the last column, and each name that it gives for here is in a public header or is a key of the config.
"""
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

runner, repository = (Path(argument).resolve() for argument in sys.argv[1:])
small = ["dataset=fashion-mnist", "train_size=300", "test_size=100", "epochs=2"]
names_heading = re.compile(r"\n## (名称对照|名前の対応)\n")


def blocks(text):
    """The blocks of code, without comments behind commands."""
    return [re.sub(r" +# .*", "", block) for block in re.findall(r"```\w+\n(.*?)```", text, re.DOTALL)]


def table_commands(text):
    return re.findall(r"`((?:build/runner|scripts/|experiments/)[^`]*)`", text)


def structure(text):
    """Everything that a translation leaves as it is."""
    links = [target for target in re.findall(r"\]\(([^)]*)\)", text) if not target.startswith("README")]
    return {"headings": re.findall(r"^(#+) ", text, re.MULTILINE), "links": links, "blocks": blocks(text), "commands": table_commands(text),
            "rows of tables": len(re.findall(r"^\|", text, re.MULTILINE)), "paragraphs with **": text.count("**")}


def names(text):
    """The first two columns of the table of names."""
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


english, chinese, japanese = ((repository / name).read_text() for name in ("README.md", "README.zh.md", "README.ja.md"))
(chinese, _, chinese_names), (japanese, _, japanese_names) = (names_heading.split(text) for text in (chinese, japanese))
for part, expected in structure(english).items():
    assert structure(chinese)[part] == expected, f"README.zh.md: {part}\n{structure(chinese)[part]}\n{expected}"
    assert structure(japanese)[part] == expected, f"README.ja.md: {part}\n{structure(japanese)[part]}\n{expected}"
assert names(chinese_names) == names(japanese_names)
check_names(names(chinese_names))

commands = [line[2:] for block in blocks(english) for line in block.splitlines() if line.startswith("$ ")] + table_commands(english)
assert len(commands) > 15, commands
ran = 0
with tempfile.TemporaryDirectory() as name:
    folder = Path(name)
    (folder / "configs").symlink_to(repository / "configs")
    (folder / "results").mkdir()

    def run(command):
        result = subprocess.run(["bash", "-c", command.replace("build/runner", f"'{runner}'", 1)], cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        assert result.returncode == 0, f"{command}\n{result.stdout}{result.stderr}"

    def made_small(command):
        return command + "".join(f" {override}" for override in small if f" {override.split('=')[0]}=" not in command)

    # What the tables take for granted: a file of shards, a network with weights, and a picture of a digit.
    run(made_small("build/runner configs/overfitting.json"))
    run(made_small("build/runner configs/sweep.json"))
    for shard in 1, 2:
        run(made_small(f"build/runner configs/sweep.json --shard {shard}/2"))
    run(made_small("build/runner configs/book.json name=digits save_weights=true epochs=20 learning_rate=1 batch_size=10"))
    subprocess.run(["/usr/bin/python3", "-c", "import matplotlib.pyplot as plt, numpy as np; plt.imsave('digit.png', np.eye(28), cmap='gray')"], cwd=folder, check=True)

    for command in commands:
        if command.startswith(("scripts/", "experiments/")):
            assert (repository / command.split()[0]).exists(), command
        elif re.match(r"build/runner( plan)? configs/", command):
            run(made_small(command.replace("configs/sweep.json epochs=", "configs/sweep.json name=longer epochs=")))
            ran += 1
        elif " gradcheck " in command:
            run(f"{command} hidden_size=10")
            ran += 1
        else:
            run(command)
            ran += 1
assert ran >= 10, ran
