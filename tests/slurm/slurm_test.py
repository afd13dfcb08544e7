#!/usr/bin/python3
"""Sweeps on a real Slurm: what a cluster does to its jobs changes no value of the results.

usage: slurm_test.py RUNNER

scripts/slurm/submit puts four sweeps into the queue of a Slurm that is started for the test (cluster.py). One is left alone. A task of the
second is put back into the queue while it trains. Of the third, a node goes down with everything on it. The fourth is one cohort that takes
longer to train than its task's time limit. All are merged by the job that waits for their tasks, and hold what the same sweep holds that
was run without Slurm and undisturbed.
"""
import json
import re
import resource
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1] / "support"), str(Path(__file__).parent)]
import h5py  # noqa: E402

from cluster import Cluster, wait_for  # noqa: E402
from made_up_data import make_dataset  # noqa: E402
from results_values import values_of  # noqa: E402

SUBMIT = Path(__file__).parents[2] / "scripts" / "slurm" / "submit"
PATIENCE = 1200  # seconds, for a machine that has other things to do; a quiet one with two cores needs 150
SEVERAL = {"dataset": {"dir": "data"}, "batch_size": [20, 40, 50, 100], "hidden_size": [16, 48], "learning_rate": 0.5}
ONE_COHORT = {"dataset": {"dir": "data"}, "batch_size": 20, "hidden_size": [16, 48], "learning_rate": [0.1, 0.5]}
# Seconds of one core. Slurm looks at time limits every 30 s: with a limit of 60 s and the grace given below, a task is told after 5 to 35.
SEVERAL_SECONDS, ONE_COHORT_SECONDS, GRACE = 24, 48, 25


class Scenario:
    def __init__(self, cluster, runner, folder, config, shards, output, *options, sbatch=()):
        self.cluster, self.shards, self.file = cluster, shards, folder / output
        self.hurried = set()
        command = [SUBMIT, config, "--shards", str(shards), "--output", output, "--runner", runner, *options, "--", *sbatch]
        said = subprocess.run(command, cwd=folder, check=True, stdout=subprocess.PIPE, text=True).stdout
        self.array, self.merge = re.fullmatch(r"job (\d+): .*\njob (\d+): .*\n", said).groups()
        self.tasks = [f"{self.array}_{task}" for task in range(1, shards + 1)]

    def log(self, task):
        return self.file.with_name(f"{self.file.stem}.slurm-{task}.log").read_text()

    def part(self, task):
        return self.file.with_name(f"{self.file.stem}.shard-{task.split('_')[1]}-of-{self.shards}.h5")

    def in_the_middle(self, task):
        """It has trained some epochs, and has most of its runs before it."""
        try:
            with h5py.File(self.part(task)) as f:
                return f["epochs_done"][()].max() >= 3 and (f["status"][()] >= 2).mean() < 0.5
        except OSError:
            return False

    def ended(self):
        """Whether its merge has ended."""
        self.hurry()
        return self.cluster.job(self.merge)["JobState"] not in ("PENDING", "RUNNING", "COMPLETING")

    def hurry(self):
        """Tasks that went back into the queue wait there for two minutes: here for seconds. (At once would not do: a node refuses
        to start what it was told to end in the same second.)"""
        for task in self.tasks:
            job = self.cluster.job(task)
            if job["JobState"] == "PENDING" and job["Reason"] == "BeginTime" and (task, job["Restarts"]) not in self.hurried:
                self.cluster.tell("scontrol", "update", f"JobId={task}", "StartTime=now+4seconds")
                self.hurried.add((task, job["Restarts"]))

    def check(self, reference, restarts):
        """The merge came last and found everything, and the tasks were started again as often as is said."""
        merge = self.cluster.job(self.merge)
        assert (merge["JobState"], merge["ExitCode"]) == ("COMPLETED", "0:0"), merge
        for task, count in zip(self.tasks, restarts, strict=True):
            job = self.cluster.job(task)
            assert (job["JobState"], job["ExitCode"], job["Restarts"]) == ("COMPLETED", "0:0", str(count)), job
            assert job["EndTime"] <= merge["StartTime"], (job, merge)
            assert len(re.findall(r": start \d+, on ", self.log(task))) == count + 1, self.log(task)
        values, expected = values_of(self.file), values_of(reference)
        assert values == expected, [name for name in values if values[name] != expected.get(name)]


def cpu_seconds():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def epochs_for(runner, folder, config, seconds):
    """So many epochs that one core computes for that long."""
    epochs = 8
    before = cpu_seconds()
    subprocess.run([runner, config, f"epochs={epochs}", "--output", "trial.h5", "--threads", "1", "--quiet"], cwd=folder, check=True)
    (folder / "trial.h5").unlink()
    return max(10, round(seconds * epochs / (cpu_seconds() - before)))


def run(runner, folder, cluster):
    make_dataset(folder / "data", train=20000, test=2000, side=14)
    epochs = {}
    for name, keys, seconds in (("several", SEVERAL, SEVERAL_SECONDS), ("one-cohort", ONE_COHORT, ONE_COHORT_SECONDS)):
        config = folder / f"{name}.json"
        config.write_text(json.dumps(keys))
        epochs[name] = epochs_for(runner, folder, config.name, seconds)
        config.write_text(json.dumps(keys | {"epochs": epochs[name]}))

    # The longest goes first. One file has a name that scripts and sbatch could misread.
    limited = Scenario(cluster, runner, folder, "one-cohort.json", 1, "limited/sweep.h5", "--grace", str(GRACE), sbatch=["--time=1"])
    requeued = Scenario(cluster, runner, folder, "several.json", 2, "requeued.h5")
    killed = Scenario(cluster, runner, folder, "several.json", 2, "killed.h5", sbatch=["--partition=doomed"])
    alone = Scenario(cluster, runner, folder, "several.json", 4, "left alone/100 % of 'all'.h5")
    references = [subprocess.Popen([runner, f"{name}.json", "--output", f"{name}.h5", "--threads", "1", "--quiet"], cwd=folder)
                  for name in epochs]

    # The last task, whose job id is that of the array.
    victim = requeued.tasks[-1]
    wait_for("the task to requeue", lambda: requeued.in_the_middle(victim), PATIENCE)
    cluster.tell("scontrol", "requeue", victim)
    dying = killed.tasks[0]
    wait_for("the task on the node to kill", lambda: killed.in_the_middle(dying), PATIENCE)
    node = cluster.job(dying)["NodeList"]
    processes = cluster.kill_node(node)
    assert processes >= 4, "slurmd, slurmstepd, the task and its runner"

    everything = (limited, requeued, killed, alone)
    wait_for("the merges", lambda: all([scenario.ended() for scenario in everything]), PATIENCE)
    for reference in references:
        assert reference.wait(timeout=PATIENCE) == 0

    alone.check(folder / "several.h5", [0, 0, 0, 0])
    nodes = {alone.cluster.job(task)["NodeList"] for task in alone.tasks}
    assert nodes == {"n1", "n2"}, nodes
    requeued.check(folder / "several.h5", [0, 1])
    assert "stopped: " in requeued.log(victim)
    killed.check(folder / "several.h5", [1, 0])
    assert "stopped: " not in killed.log(dying) and cluster.job(dying)["NodeList"] != node
    log = limited.log(limited.tasks[0])
    rounds = log.count("the time limit is near")
    assert rounds >= 1 and log.count("stopped: 0 of 4 runs are done") == rounds, log
    limited.check(folder / "one-cohort.h5", [rounds])
    # Each start had fewer epochs before it than the one before.
    left = [int(re.findall(r"/(\d+) epochs", start)[-1]) for start in re.split(r": start \d+, on ", log)[1:]]
    assert left[0] == 4 * epochs["one-cohort"] and left == sorted(set(left), reverse=True), left
    return f"4 sweeps in 9 tasks on 4 nodes: 1 requeued, 1 lost its node ({processes} processes killed), 1 reached its time limit {rounds} times; nothing lost"


def main():
    runner = str(Path(sys.argv[1]).resolve())
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("stopped"))
    begin = time.monotonic()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "some sweeps"
        folder.mkdir()
        with Cluster(Path(name) / "slurm") as cluster:
            try:
                summary = run(runner, folder, cluster)
            except BaseException:
                for log in [*cluster.logs(), *sorted(folder.rglob("*.log"))]:
                    print(f"==> {log} <==", *log.read_text(errors="replace").splitlines()[-40:], sep="\n", file=sys.stderr)
                print(cluster.ask("squeue", "--array", "--states=all"), cluster.ask("sinfo", "-N"), sep="\n", file=sys.stderr)
                raise
    print(f"{summary} ({time.monotonic() - begin:.0f} s)")


if __name__ == "__main__":
    main()
