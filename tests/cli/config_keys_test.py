#!/usr/bin/python3
"""What a config may hold, told four times, is the same each time: by the program, the schema for editors, the README's table of keys, and the case
of a config that gives every key.

usage: config_keys_test.py RUNNER REPOSITORY
"""
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import h5py

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))
from made_up_data import make_dataset  # noqa: E402

runner, repository = Path(sys.argv[1]).resolve(), Path(sys.argv[2])

# The program: a config that sets what a run of a second needs, and no axis. All axes are in its effective config, with their defaults.
with tempfile.TemporaryDirectory() as name:
    folder = Path(name)
    make_dataset(folder / "data")
    (folder / "x.json").write_text(json.dumps({"dataset": {"dir": "data"}, "epochs": 1}))
    subprocess.run([runner, "x.json", "batch_size=1", "-o", "x.h5", "-q"], cwd=folder, check=True)
    with h5py.File(folder / "x.h5") as file:
        config = json.loads(file.attrs["config"])
        # One dimension per run and no more: the axes are the columns of the runs that a config can set.
        columns = {name for name, array in file.items() if name in config and array.shape == (1,)}
axes = {key: values[0] for key, values in config.items() if isinstance(values, list)}
assert columns == axes.keys(), (columns, axes)
assert "learning_rate" in axes and "seed" in axes, axes
del axes["batch_size"]  # set above: its default is more than the images there are

schema = json.loads((repository / "configs/sweep.schema.json").read_text())["properties"]
wrong = []


def expect(what, value, expected):
    if value != expected:
        wrong.append(f"{what}: {value!r}, not {expected!r}")


table = {}
for keys, default in re.findall(r"^\| (`[^|]*`) \| ([^|]*?) ?\|", (repository / "README.md").read_text().split("\n## The config\n")[1].split("\n## ")[0], re.MULTILINE):
    for key in re.findall(r"`(\w+)`", keys):
        table[key] = default.strip("`")

every = next(case for case in json.loads((repository / "tests/sweep/config_cases.json").read_text()) if case["rule"] == "every key may be given")
expect("keys of the schema", schema.keys() - {"$schema"}, table.keys())
expect("keys of the case of every key", every["config"].keys() - {"$schema"}, table.keys())
expect("axes without a line in README.md", axes.keys() - table.keys(), set())
for key, default in axes.items():
    expect(f"default of {key} in the schema", schema.get(key, {}).get("default"), default)
    expect(f"default of {key} in README.md", table.get(key), json.dumps(default))
for key in table:
    if key not in axes and isinstance(schema.get(key, {}).get("default"), (bool, int, float)):
        expect(f"default of {key} in README.md", table[key], json.dumps(schema[key]["default"]))

print(f"{len(table)} keys, {len(axes) + 1} of them axes, in the program, the schema and README.md: {len(wrong)} wrong")
sys.exit("\n".join(wrong) or 0)
