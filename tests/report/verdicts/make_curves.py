#!/usr/bin/env python3
"""make_curves.py RUNNER FOLDER: trains the sweeps whose curves the verdicts are judged on, 20 seeds of each network, into FOLDER/*.h5.

Takes about half an hour on two cores. The curves lie beside this script, so that no test trains them; the numbers come out the same, to the
last bit, wherever it is run. Needs MNIST and Fashion-MNIST (configs/README.md, "Data sets").
"""

import json
import pathlib
import subprocess
import sys

# From learning rates too small to learn anything to such at which the weights explode; from 300 to 60,000 images; short and long.
SWEEPS = {
    "fashion_300": dict(dataset="fashion-mnist", train_size=300, test_size=2000, batch_size=10, hidden_size=50,
                        learning_rate=[0.003, 0.03, 0.3, 3, 30], epochs=400),
    "fashion_2000": dict(dataset="fashion-mnist", train_size=2000, batch_size=20, hidden_size=50, learning_rate=[0.1, 0.5, 1, 5], epochs=60),
    "mnist_300": dict(dataset="mnist", train_size=300, test_size=1000, batch_size=100, hidden_size=20,
                      learning_rate=[0.05, 0.5, 5], epochs=400),
    "mnist_600": dict(dataset="mnist", train_size=600, test_size=5000, batch_size=60, hidden_size=50,
                      learning_rate=[0.1, 1], sampling="with_replacement", epochs=200),
    "fashion_60000": dict(dataset="fashion-mnist", batch_size=50, hidden_size=50, learning_rate=[0.1, 1], epochs=20),
    "fashion_1000": dict(dataset="fashion-mnist", train_size=1000, test_size=3000, batch_size=20, hidden_size=[10, 50, 400],
                         learning_rate=0.1, epochs=200),
    "fashion_1000_squares": dict(dataset="fashion-mnist", train_size=1000, test_size=2000, batch_size=20, hidden_size=50,
                                 loss="mean_squared_error", learning_rate=[0.1, 1, 5], epochs=200),
    "fashion_5000": dict(dataset="fashion-mnist", train_size=5000, test_size=5000, batch_size=10, hidden_size=100,
                         learning_rate=[0.3, 1, 3], epochs=40),
    "fashion_1000_wide": dict(dataset="fashion-mnist", train_size=1000, test_size=5000, batch_size=20, hidden_size=50,
                              weight_init_std=1, learning_rate=[0.01, 0.1, 1], epochs=100),
    "mnist_1000": dict(dataset="mnist", train_size=1000, test_size=2000, batch_size=20, hidden_size=100,
                       learning_rate=[0.01, 0.1, 0.5, 2], epochs=200),
    "exploding": dict(dataset="mnist", train_size=500, test_size=1000, batch_size=50, hidden_size=20, learning_rate=[100, 1e37, 3e38],
                      epochs=20),
    "mnist_60000": dict(dataset="mnist", batch_size=100, hidden_size=50, learning_rate=[0.1, 0.5, 2], epochs=20),
    "mnist_5000": dict(dataset="mnist", train_size=5000, test_size=2000, batch_size=50, hidden_size=[25, 200], learning_rate=[0.3, 1],
                       epochs=60),
    "fashion_10000": dict(dataset="fashion-mnist", train_size=10000, batch_size=100, hidden_size=50, learning_rate=[0.03, 0.5, 3],
                          epochs=40),
    "mnist_slow": dict(dataset="mnist", batch_size=500, hidden_size=50, learning_rate=[0.003, 0.03], epochs=10),
}


def main():
    runner, folder = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    for name, sweep in SWEEPS.items():
        config = folder / f"{name}.json"
        config.write_text(json.dumps({"name": name, "seed": list(range(1, 21)), **sweep}, indent=2) + "\n")
        subprocess.run([runner, config.name, "--output", f"{name}.h5", "--quiet"], cwd=folder, check=True)
        config.unlink()


if __name__ == "__main__":
    main()
