"""make_pages.py RUNNER FOLDER: pages of small sweeps on made-up data, FOLDER/NAME.html, for the tests in the browser."""
import json
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))
from made_up_data import make_dataset  # noqa: E402

runner, folder = sys.argv[1], Path(sys.argv[2])
make_dataset(folder / "data")
make_dataset(folder / "moved")
common = {"dataset": {"dir": "data"}, "epochs": 6, "batch_size": 20, "hidden_size": 8, "learning_rate": 0.5}
hostile = "</script><img src=x onerror=alert(1)> & \"quotes\" <b>bold</b>"
sweeps = {
    "small": {"description": hostile, "learning_rate": [0.1, 0.5, 2], "hidden_size": [2, 8, 32], "seed": [1, 2, 3],
              "loss": ["cross_entropy", "mean_squared_error"]},
    "validated": {"validation_size": 50, "hidden_size": [2, 8, 32], "seed": [1, 2]},
    "one": {},
    "bare": {"save_predictions": False},
    "moved": {"dataset": {"dir": "moved"}},
    "diverged": {"learning_rate": [0.5, 3e38]},
    "drawn": {"epochs": 20, "hidden_size": [2, 8], "activation": ["relu", "tanh"], "weight_init": "xavier"},
    # momentum means nothing to sgd, nor weight_init_std, which has one value only, to weights drawn as He does.
    "grids": {"epochs": 20, "learning_rate": [0.1, 0.5], "seed": [1, 2],
              "grids": [{"optimizer": "sgd", "weight_init": "he"}, {"optimizer": "momentum", "momentum": [0.7, 0.8]}]},
    # The pixels of an image are the weights of a unit: pictures. Eight configurations, of which six have some.
    "weights": {"save_weights": True, "hidden_size": [3, 30], "learning_rate": [0.2, 0.5, 1, 2], "seed": [1, 2, 3]},
    "large": {"epochs": 20, "train_size": 40, "test_size": 20, "hidden_size": list(range(1, 101)),
              "learning_rate": [i / 100 for i in range(1, 101)]},
}
for name, keys in sweeps.items():
    (folder / f"{name}.json").write_text(json.dumps(common | keys))
    # Values that belong together, and are no grid: one sweep after the other into a file, which keeps those before.
    drawn = [(f"{10 ** (-2 + k / 12):.4g}", f"{10 ** (-6 + 4 * (7 * k % 25) / 25):.4g}") for k in range(25)] if name == "drawn" else [(None, None)]
    for rate, decay in drawn:
        replaced = [f"learning_rate={rate}", f"weight_decay={decay}"] if rate else []
        subprocess.run([runner, f"{name}.json", *replaced, "--quiet", "--output", f"{name}.h5"], cwd=folder, check=True)
    if name == "moved":
        shutil.rmtree(folder / "moved")
    subprocess.run([runner, "report", f"{name}.h5", "--all"], cwd=folder, check=True, stdout=subprocess.DEVNULL)

subprocess.run([runner, "report", "small.h5", "validated.h5", "-o", "several.html"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
for command, name in [(["compare"], "small.txt"), (["compare", "--csv"], "small.csv"), (["classes"], "classes.txt"), (["classes", "--json"], "classes.json")]:
    with (folder / name).open("w") as file:
        subprocess.run([runner, command[0], "small.h5", *command[1:]], cwd=folder, check=True, stdout=file)
