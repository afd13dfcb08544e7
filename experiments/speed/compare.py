#!/usr/bin/python3
"""Times `runner` and NumPy on the same sweep, in turn, and prints medians and their ratio.

usage: compare.py CONFIG.json [--data DIR] [--runner build/runner] [--jobs N] [--repeat N] [-- RUNNER ARGS…]

Both train every run of the config and evaluate it on all training and test images after each epoch, on N cores:
`runner` with N threads, NumPy with N processes of one thread each, its data loaded before the clock starts; `runner` is timed as a
whole program. The NumPy code is float32, writes into buffers made beforehand and is what a careful user writes. DIR holds the four
IDX files, gzipped. Needs Debian's python3-numpy, and libopenblas0 or NumPy is several times slower.
"""
import argparse
import gzip
import itertools
import json
import multiprocessing
import os
import statistics
import subprocess
import tempfile
import time

for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"
import numpy as np

F = np.float32
DATA = None


def load(folder, config):
    def idx(name, header):
        with gzip.open(os.path.join(folder, name)) as f:
            return np.frombuffer(f.read(), np.uint8, offset=header)

    sets = []
    for prefix, size in (("train", config.get("train_size")), ("t10k", config.get("test_size"))):
        t = idx(f"{prefix}-labels-idx1-ubyte.gz", 8).astype(np.int64)
        x = idx(f"{prefix}-images-idx3-ubyte.gz", 16).reshape(len(t), -1)[:size]
        sets += [x.astype(F) / F(255), t[:size]]
    return sets


class Network:
    def __init__(self, pixels, hidden, classes, batch, seed):
        self.random = np.random.RandomState(seed)
        self.W1 = (0.01 * self.random.randn(pixels, hidden)).astype(F)
        self.W2 = (0.01 * self.random.randn(hidden, classes)).astype(F)
        self.b1, self.b2 = np.zeros(hidden, F), np.zeros(classes, F)
        self.dW1, self.dW2 = np.empty_like(self.W1), np.empty_like(self.W2)
        self.x = np.empty((batch, pixels), F)
        self.z, self.dz, self.slope = (np.empty((batch, hidden), F) for _ in range(3))
        self.y = np.empty((batch, classes), F)

    def forward(self, x, z, y):
        np.dot(x, self.W1, out=z)
        z += self.b1
        np.negative(z, out=z)
        np.exp(z, out=z)
        z += 1
        np.reciprocal(z, out=z)
        np.dot(z, self.W2, out=y)
        y += self.b2
        y -= y.max(1, keepdims=True)

    def train(self, x, t, rows, rate):
        n = len(rows)
        xb, z, dz, slope, y = (a[:n] for a in (self.x, self.z, self.dz, self.slope, self.y))
        np.take(x, rows, axis=0, out=xb, mode="clip")
        self.forward(xb, z, y)
        np.exp(y, out=y)
        y /= y.sum(1, keepdims=True)
        y[np.arange(n), t[rows]] -= 1
        y *= F(1 / n)
        np.dot(z.T, y, out=self.dW2)
        np.dot(y, self.W2.T, out=dz)
        np.subtract(1, z, out=slope)
        slope *= z
        dz *= slope
        np.dot(xb.T, dz, out=self.dW1)
        for w, gradient in ((self.W1, self.dW1), (self.W2, self.dW2), (self.b1, dz.sum(0)), (self.b2, y.sum(0))):
            gradient *= rate
            w -= gradient

    def evaluate(self, x, t, block=2000):
        loss = hits = 0.0
        for k in range(0, len(x), block):
            n = len(t[k:k + block])
            z, y = np.empty((n, len(self.b1)), F), np.empty((n, len(self.b2)), F)
            self.forward(x[k:k + block], z, y)
            label = t[k:k + block]
            hits += (y.argmax(1) == label).sum()
            loss += float(np.log(np.exp(y).sum(1)).sum() - y[np.arange(n), label].sum())
        return loss / len(x), hits / len(x)


def train_run(job):
    rate, batch, hidden, seed, epochs = job
    x, t, u, s = DATA
    network = Network(x.shape[1], hidden, int(t.max()) + 1, batch, seed)
    curves = []
    for _ in range(epochs):
        order = network.random.permutation(len(x))
        for k in range(0, len(x), batch):
            network.train(x, t, order[k:k + batch], F(rate))
        curves.append(network.evaluate(x, t) + network.evaluate(u, s))
    return curves


def time_numpy(config, jobs):
    def values(key, default):
        value = config.get(key, default)
        return value if isinstance(value, list) else [value]

    runs = list(itertools.product(values("learning_rate", 0.1), values("batch_size", 100), values("hidden_size", 50),
                                  values("seed", 1), [config.get("epochs", 10)]))
    runs.sort(key=lambda run: -run[2] / run[1])  # the longest first
    with multiprocessing.get_context("fork").Pool(jobs) as pool:
        start = time.perf_counter()
        curves = pool.map(train_run, runs, chunksize=1)
        return time.perf_counter() - start, np.mean([c[-1][3] for c in curves])


def time_runner(program, config, folder, jobs, arguments):
    with tempfile.TemporaryDirectory() as scratch:
        path = os.path.join(scratch, "speed.json")
        with open(path, "w") as f:
            json.dump(config | {"dataset": {"dir": os.path.abspath(folder)}}, f)
        output = os.path.join(scratch, "speed.h5")
        start = time.perf_counter()
        subprocess.run([program, path, "--quiet", "--threads", str(jobs), "--output", output, *arguments], check=True)
        seconds = time.perf_counter() - start
        rows = subprocess.run([program, "compare", "--csv", output], check=True, text=True, capture_output=True).stdout
        header, *lines = (line.split(",") for line in rows.split())
        return seconds, np.mean([float(line[header.index("test_accuracy")]) for line in lines])


def main():
    global DATA
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("config")
    parser.add_argument("--data", default="/usr/share/datasets/fashion-mnist")
    parser.add_argument("--runner", default="build/runner")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("arguments", nargs="*")
    options = parser.parse_args()
    with open(options.config) as f:
        config = json.load(f)
    config.pop("$schema", None)
    DATA = load(options.data, config)

    times = {"runner": [], "numpy": []}
    for _ in range(options.repeat):
        for name, result in (("runner", time_runner(options.runner, config, options.data, options.jobs, options.arguments)),
                             ("numpy", time_numpy(config, options.jobs))):
            times[name].append(result[0])
            print(f"{name:>7} {result[0]:8.2f} s   mean test accuracy {result[1]:.4f}", flush=True)
    medians = {name: statistics.median(seconds) for name, seconds in times.items()}
    print(f"median of {options.repeat}: runner {medians['runner']:.2f} s, numpy {medians['numpy']:.2f} s; "
          f"numpy / runner = {medians['numpy'] / medians['runner']:.2f}")


if __name__ == "__main__":
    main()
