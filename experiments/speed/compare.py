#!/usr/bin/python3
"""Times `runner` and what else people use on the same sweep, in turn, and prints medians, ratios and the share of the machine's peak.

usage: compare.py CONFIG.json [KEY=VALUE …] [--data DIR] [--peers numpy,numpy-fused,torch,sklearn,eigen,onednn] [--jobs N] [--repeat N] [-- RUNNER ARGS…]

All train every run of the config and evaluate it on all training and test images after each epoch, on N cores: `runner` with N threads and
timed as a whole program, loading included; a peer (peers.py) with N processes of one thread each, its data loaded and its library imported
before the clock starts. The peers eigen and onednn are one program with N threads (peer.cpp), which times itself after it has read its data;
they train plain networks only. DIR holds the four IDX files, gzipped. Needs Debian's python3-numpy and libopenblas0 (without which NumPy is several
times slower), python3-torch and python3-sklearn for these peers, and libdnnl-dev before building for onednn; without --peers those that are
there are run. OPENBLAS_CORETYPE=Haswell
in the environment holds the NumPy peers to AVX2. The peak is that of float32 multiply-adds, measured by build/experiments/speed/peak.
"""
import argparse
import gzip
import importlib.util
import itertools
import json
import multiprocessing
import os
import statistics
import subprocess
import sys
import tempfile
import time

for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"
import numpy as np

import peers

PROGRAMS = ("eigen", "onednn")
AXES = {"learning_rate": 0.1, "batch_size": 100, "hidden_size": 50, "optimizer": "sgd", "activation": "sigmoid", "dropout": 0, "seed": 1}
DATA = None

# Times a command from a process that is small, since a child begins with its parent's memory.
TIMED = """
import json, resource, subprocess, sys, time
start = time.perf_counter()
subprocess.run(sys.argv[1:], check=True)
print(json.dumps({"seconds": time.perf_counter() - start, "megabytes": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024 / 1e6}))
"""


def uses_openblas():
    """Whether the NumPy of this process multiplies with OpenBLAS: the reference BLAS that Debian installs without it is 15 times slower."""
    with open("/proc/self/maps") as f:
        return "openblas" in f.read()


def load(folder, config):
    def idx(name, header):
        with gzip.open(os.path.join(folder, name)) as f:
            return np.frombuffer(f.read(), np.uint8, offset=header)

    sets = []
    for prefix, size in (("train", config.get("train_size")), ("t10k", config.get("test_size"))):
        t = idx(f"{prefix}-labels-idx1-ubyte.gz", 8).astype(np.int64)
        x = idx(f"{prefix}-images-idx3-ubyte.gz", 16).reshape(len(t), -1)[:size]
        sets += [x.astype(np.float32) / np.float32(255), t[:size]]
    return sets


def json_or_text(value):
    """As `runner` reads an override."""
    try:
        return json.loads(value)
    except json.JSONDecodeError:
        return value


def expand(config):
    values = [config.get(key, default) for key, default in AXES.items()]
    return [dict(zip(AXES, run)) for run in itertools.product(*(v if isinstance(v, list) else [v] for v in values))]


def flops(run, epochs):
    """Of both layers' products: forward and backward in training, forward in evaluation."""
    x, t, u, _ = DATA
    hidden, pixels, classes = run["hidden_size"], x.shape[1], int(t.max()) + 1
    return epochs * hidden * (len(x) * (4 * pixels + 6 * classes) + (len(x) + len(u)) * (2 * pixels + 2 * classes))


def train_group(peer, group, epochs):
    return peers.PEERS[peer](DATA, group, epochs)


def time_program(build, peer, runs, epochs, jobs):
    """A peer written in C++."""
    if plain := [run for run in runs if (run["optimizer"], run["activation"], run["dropout"]) != ("sgd", "sigmoid", 0)]:
        sys.exit(f"compare.py: {peer} trains plain networks only, not {plain[0]}")
    with tempfile.TemporaryDirectory() as folder:
        for name, array in zip(("x_train", "t_train", "x_test", "t_test"), DATA):
            (array * 255 if name[0] == "x" else array).round().astype(np.uint8).tofile(os.path.join(folder, name))
        lines = "".join(f"{run['batch_size']} {run['hidden_size']} {run['learning_rate']} {run['seed']}\n" for run in runs)
        command = [os.path.join(build, "experiments/speed/peer"), peer, folder, str(epochs), str(jobs)]
        return json.loads(subprocess.run(command, input=lines, check=True, text=True, capture_output=True).stdout)


def has_program(build, peer):
    """Whether the program is there and knows the peer, which it tells before it reads anything."""
    path = os.path.join(build, "experiments/speed/peer")
    if not os.path.exists(path):
        return False
    with tempfile.TemporaryDirectory() as folder:
        for name in ("x_train", "t_train", "x_test", "t_test"):
            np.zeros(784 if name[0] == "x" else 1, np.uint8).tofile(os.path.join(folder, name))
        return subprocess.run([path, peer, folder, "1", "1"], input="", text=True, capture_output=True).returncode == 0


def time_peer(peer, runs, epochs, jobs):
    if peer in ("torch", "sklearn"):
        importlib.import_module(peer)
    groups = peers.groups(peer, runs)
    groups.sort(key=lambda group: -sum(flops(run, epochs) for run in group))  # the longest first
    with multiprocessing.get_context("fork").Pool(jobs) as pool:
        pool.map(abs, range(jobs))
        start = time.perf_counter()
        curves = pool.starmap(train_group, [(peer, group, epochs) for group in groups], chunksize=1)
        seconds = time.perf_counter() - start
    return {"seconds": seconds, "accuracy": np.mean([curve[-1][3] for group in curves for curve in group])}


def time_runner(program, config, folder, jobs, arguments):
    with tempfile.TemporaryDirectory() as scratch:
        path, output = os.path.join(scratch, "speed.json"), os.path.join(scratch, "speed.h5")
        with open(path, "w") as f:
            json.dump(config | {"dataset": {"dir": os.path.abspath(folder)}}, f)
        command = [program, path, "--quiet", "--threads", str(jobs), "--output", output, *arguments]
        result = json.loads(subprocess.run([sys.executable, "-c", TIMED, *command], check=True, text=True, capture_output=True).stdout)
        rows = subprocess.run([program, "compare", "--csv", output], check=True, text=True, capture_output=True).stdout
        header, *lines = (line.split(",") for line in rows.split())
        accuracy = np.mean([float(line[header.index("test_accuracy")]) for line in lines])
        return result | {"accuracy": accuracy}


def main():
    global DATA
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("config")
    parser.add_argument("keys", nargs="*", metavar="KEY=VALUE")
    parser.add_argument("--data", default="/usr/share/datasets/fashion-mnist")
    parser.add_argument("--peers")
    parser.add_argument("--build", default="build")
    parser.add_argument("--jobs", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--repeat", type=int, default=3)
    arguments = sys.argv[1:]
    ours, theirs = (arguments[:(k := arguments.index("--"))], arguments[k + 1:]) if "--" in arguments else (arguments, [])
    options = parser.parse_intermixed_args(ours)
    with open(options.config) as f:
        config = json.load(f)
    for key in ("$schema", "sampling"):  # peers shuffle, which costs the same
        config.pop(key, None)
    config |= {key: json_or_text(value) for key, value in (pair.split("=", 1) for pair in options.keys)}
    if foreign := config.keys() - AXES.keys() - {"name", "description", "dataset", "train_size", "test_size", "epochs"}:
        sys.exit(f"compare.py: the peers know no {', '.join(sorted(foreign))}")
    DATA = load(options.data, config)
    runs, epochs = expand(config), config.get("epochs", 10)
    work = sum(flops(run, epochs) for run in runs)
    names = options.peers.split(",") if options.peers else (
        [p for p in peers.PEERS if importlib.util.find_spec(p.split("-")[0])] + [p for p in PROGRAMS if has_program(options.build, p)])

    if any(name.startswith("numpy") for name in names) and not uses_openblas():
        sys.exit("compare.py: NumPy has no OpenBLAS here, and would be several times slower than it can be: apt-get install libopenblas0")
    for program in ("runner", "experiments/speed/peak"):
        if not os.path.exists(os.path.join(options.build, program)):
            sys.exit(f"compare.py: {options.build}/{program} is not there: cmake --preset release && cmake --build --preset release --target runner peak")
    peak = float(subprocess.run([f"{options.build}/experiments/speed/peak", str(options.jobs)], check=True, capture_output=True).stdout)
    print(f"{len(runs)} runs, {epochs} epochs, {work / 1e12:.2f} TFLOP; {options.jobs} cores, {peak:.0f} GFLOP/s at their peak")
    measured = {name: [] for name in ["runner", *names]}
    for _ in range(options.repeat):
        for name in measured:
            result = (time_runner(f"{options.build}/runner", config, options.data, options.jobs, theirs) if name == "runner" else
                      time_program(options.build, name, runs, epochs, options.jobs) if name in PROGRAMS else
                      time_peer(name, runs, epochs, options.jobs))
            measured[name].append(result)
            print(f"{name:>11} {result['seconds']:9.2f} s   mean test accuracy {result['accuracy']:.4f}", flush=True)

    medians = {name: statistics.median(result["seconds"] for result in results) for name, results in measured.items()}
    print(f"\nmedians of {options.repeat}    seconds  of runner's   GFLOP/s   of the peak")
    for name, seconds in medians.items():
        rate = work / seconds / 1e9
        print(f"{name:>12} {seconds:9.2f} {seconds / medians['runner']:12.2f} {rate:9.0f} {rate / peak:13.2f}")
    print(f"runner's peak memory: {max(result['megabytes'] for result in measured['runner']):.0f} MB")


if __name__ == "__main__":
    main()
