#!/usr/bin/python3
"""What the Markdown files of the repository refer to is there, and what they show of the program is what it prints.

usage: markdown_test.py RUNNER REPOSITORY BUILD

Links lead to files, and their anchors to headings. Headers and tests that are named exist. The samples of output are compared with what the program
prints now, where this takes a second or two; "…" stands for anything.
"""
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

runner, repository, build = (Path(argument).resolve() for argument in sys.argv[1:])
wrong = []


def markdown_files():
    for folder, folders, names in os.walk(repository):
        folders[:] = [name for name in folders if name == ".github" or not name.startswith((".", "build", "node_modules", "data"))]
        yield from (Path(folder) / name for name in names if name.endswith(".md"))


def without_code(text):
    return re.sub(r"```.*?```", "", text, flags=re.DOTALL)


def anchors(text):
    """The anchors of a page's headings, as GitHub makes them."""
    made = []
    for heading in re.findall(r"^#+ +(.*)$", without_code(text), re.MULTILINE):
        slug = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        made.append(f"{slug}-{made.count(slug)}" if slug in made else slug)
    return made


texts = {path: path.read_text() for path in sorted(markdown_files())}
assert len(texts) > 10, texts.keys()

links = 0
for path, text in texts.items():
    for target in re.findall(r"\]\(([^()\s]+)\)", without_code(text)):
        if re.match(r"[a-z]+:", target):
            continue
        links += 1
        file, _, anchor = target.partition("#")
        there = (path.parent / file).resolve() if file else path
        if not there.exists():
            wrong.append(f"{path.relative_to(repository)}: {target} is not there")
        elif anchor and anchor not in anchors(there.read_text()):
            wrong.append(f"{path.relative_to(repository)}: {target}: no such heading")

# Headers that how-it-works names: "sweep/config.hpp" lies in include/runner.
for name in re.findall(r"(?<![\w/])((?:src/)?\w+/\w+\.hpp)", texts[repository / "include/runner/README.md"]):
    if not (repository / name).exists() and not (repository / "include/runner" / name).exists():
        wrong.append(f"include/runner/README.md: no header {name}")

# Tests that are named.
tests = re.findall(r"Test +#\d+: (\S+)", subprocess.run(["ctest", "--test-dir", build, "-N"], check=True, capture_output=True, text=True).stdout)
named = {(path, pattern) for path, text in texts.items() for pattern in re.findall(r"scripts/test -R ([^\s`]+)", text)}
assert len(named) > 5, named
wrong += [f"{path.relative_to(repository)}: scripts/test -R {pattern} runs no test" for path, pattern in named if not any(re.search(pattern, test) for test in tests)]


def samples(text):
    """The commands of the blocks, each with the output that follows it."""
    for block in re.findall(r"```console\n(.*?)```", text, re.DOTALL):
        for command, output in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", block, re.MULTILINE):
            yield command, output


with tempfile.TemporaryDirectory() as name:
    folder = Path(name)
    for link in ("configs", "tests"):
        (folder / link).symlink_to(repository / link)
    (folder / "results").mkdir()

    def printed(command):
        command = command.replace("build/runner", f"'{runner}'", 1)
        return subprocess.run(["bash", "-c", command], cwd=folder, capture_output=True, text=True, stdin=subprocess.DEVNULL)

    assert printed("build/runner configs/smoke.json -q").returncode == 0
    shown = 0
    for path, text in texts.items():
        for command, output in samples(text):
            if output and re.match(r"build/runner (configs/smoke\.json|compare results/smoke\.h5|compare tests/report/)", command):
                shown += 1
                result = printed(command)
                pattern = ".*".join(map(re.escape, output.replace("…\n", "…").split("…")))
                if not re.fullmatch(pattern, result.stdout + result.stderr, re.DOTALL):
                    wrong.append(f"{path.relative_to(repository)} shows of {command}\n{output}\nand now it is\n{result.stdout}{result.stderr}")
    assert shown >= 7, shown

    # A run's numbers do not depend on its neighbours: the first lines of the table in README.md come from a small part of its sweep.
    table, = (output for command, output in samples(texts[repository / "README.md"]) if command == "scripts/run configs/overfitting.json")
    small = printed("build/runner configs/overfitting.json 'hidden_size=[10,25]' name=overfitting").stdout
    for shown_line in table.splitlines():
        if re.match(r"Fixed:|gradient|hidden|  size|    10 |    25 ", shown_line):
            shown += 1
            numbers = shown_line.lstrip(" ").replace("~", " ").split()
            if numbers not in [line.replace("~", " ").replace("+", " ").replace("*", " ").split() for line in small.splitlines()]:
                wrong.append(f"README.md shows\n{shown_line}\nand it is\n{small}")

print(f"{len(texts)} files, {links} links, {len(named)} tests named, {shown} samples: {len(wrong)} wrong")
sys.exit("\n".join(wrong) or 0)
