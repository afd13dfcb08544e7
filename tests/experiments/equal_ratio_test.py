"""equal_ratio_test.py RUNNER REPOSITORY: experiments/batch_and_rate/equal_ratio.py and the plots, on a small sweep."""
import json
import subprocess
import sys
import tempfile
from pathlib import Path

runner, repository = (Path(argument).resolve() for argument in sys.argv[1:])
sys.path.insert(0, str(repository / "tests/support"))
from made_up_data import make_dataset  # noqa: E402


def run(*command, **options):
    return subprocess.run(command, check=True, capture_output=True, text=True, **options).stdout


with tempfile.TemporaryDirectory() as name:
    folder = Path(name)
    make_dataset(folder / "data")
    (folder / "config.json").write_text(json.dumps({
        "dataset": {"dir": "data"}, "epochs": 2, "learning_rate": [0.02, 0.04, 0.5], "batch_size": [10, 20], "hidden_size": 5, "seed": [1, 2, 3]}))
    run(runner, "config.json", "--quiet", "-o", "small.h5", cwd=folder)
    out = run("/usr/bin/python3", repository / "experiments/batch_and_rate/equal_ratio.py", "small.h5", cwd=folder)
    line, = (line for line in out.splitlines()[1:] if line and line[0] == " ")  # 0.02, 10 against 0.04, 20 is the one pair
    compared = {(c["learning_rate"], c["batch_size"]): c for c in json.loads(run(runner, "compare", "small.h5", "--json", cwd=folder))["configurations"]}
    change = compared[0.04, 20]["test_accuracy"] - compared[0.02, 10]["test_accuracy"]
    rate, batch, printed = line.replace("*", " ").split()[:3]
    assert (rate, batch) == ("0.02", "10") and abs(float(printed.split("±")[0]) - change) < 5.1e-5, (line, change)
