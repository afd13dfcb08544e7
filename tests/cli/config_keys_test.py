#!/usr/bin/python3
"""What a config may hold, told four times, is the same each time: by the program, the schema for editors, the table of keys in configs/README.md, and the case
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

# The program: a config that sets what a run of a second needs, and no axis. Every axis is a column of its file, with the default.
with tempfile.TemporaryDirectory() as name:
    folder = Path(name)
    make_dataset(folder / "data")
    (folder / "x.json").write_text(json.dumps({"dataset": {"dir": "data"}, "epochs": 1}))
    subprocess.run([runner, "x.json", "batch_size=1", "-o", "x.h5", "-q"], cwd=folder, check=True)
    with h5py.File(folder / "x.h5") as file:
        axes = {}
        for axis in file["train_loss"].attrs["coordinates"].split():
            value = file[axis][0].item()
            words = file[axis].attrs.get("flag_meanings")
            axes[axis] = value if words is None else words.split()[value]
        stored = json.loads(file.attrs["config"])
assert {key for key, value in stored.items() if isinstance(value, list)} <= axes.keys(), stored
assert "learning_rate" in axes and "momentum" in axes and "seed" in axes, axes
del axes["batch_size"]  # set above: its default is more than the images there are
assert axes.pop("schedule_epochs") == 10  # of a run without a schedule; a config's is that of its schedule

schema = json.loads((repository / "configs/sweep.schema.json").read_text())["properties"]
wrong = []


def expect(what, value, expected):
    if value != expected:
        wrong.append(f"{what}: {value!r}, not {expected!r}")


table = {}
for keys, default in re.findall(r"^\| (`[^|]*`) \| ([^|]*?) ?\|", (repository / "configs/README.md").read_text().split("\n## Every key\n")[1].split("\n### ")[0], re.MULTILINE):
    for key in re.findall(r"`(\w+)`", keys):
        table[key] = default.strip("`")

cases = json.loads((repository / "tests/sweep/config_cases.json").read_text())
every = {key for case in cases if case["rule"].startswith("every key may be given") and case["good"] for key in case["config"]}
expect("keys of the schema", schema.keys() - {"$schema"}, table.keys())
expect("keys of the cases of every key", every - {"$schema"}, table.keys())
expect("axes without a line in configs/README.md", axes.keys() - table.keys(), set())
for key, default in axes.items():
    expect(f"default of {key} in the schema", schema.get(key, {}).get("default"), default)
    expect(f"default of {key} in configs/README.md", table.get(key), json.dumps(default).removesuffix(".0"))
for key in table:
    if key not in axes and isinstance(schema.get(key, {}).get("default"), (bool, int, float)):
        expect(f"default of {key} in configs/README.md", table[key], json.dumps(schema[key]["default"]))

print(f"{len(table)} keys, {len(axes) + 2} of them axes, in the program, the schema and configs/README.md: {len(wrong)} wrong")
sys.exit("\n".join(wrong) or 0)
