"""A real Slurm on this one machine: a controller and nodes that each have a slurmd, in a folder of its own, gone when the test is.

Needs root and Debian's slurmctld, slurmd, slurm-client and munge; no systemd, no accounts, no service of the machine is touched.
"""
import ctypes
import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
prctl = ctypes.CDLL(None, use_errno=True).prctl

# A node that is silent for SlurmdTimeout seconds is taken for dead; the other intervals are short to save the test some waiting.
# Tasks are spread over the nodes (LLN), however many processors the machine has.
CONFIGURATION = """
ClusterName=test
SlurmctldHost=localhost
SlurmctldPort={ports[0]}
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool-%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd-%n.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd-%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SchedulerParameters=sched_interval=2,bf_interval=2
MinJobAge=86400
ReturnToService=2
SlurmdTimeout=20
SlurmdParameters=config_overrides
NodeName=n1 NodeHostname=localhost Port={ports[1]} CPUs=4
NodeName=n2 NodeHostname=localhost Port={ports[2]} CPUs=4
NodeName=n3 NodeHostname=localhost Port={ports[3]} CPUs=1
NodeName=n4 NodeHostname=localhost Port={ports[4]} CPUs=1
PartitionName=steady Nodes=n[1-2] Default=YES LLN=YES State=UP
PartitionName=doomed Nodes=n[3-4] State=UP
"""
NODES = ("n1", "n2", "n3", "n4")


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for s in sockets:
        s.bind(("", 0))
    ports = [s.getsockname()[1] for s in sockets]
    for s in sockets:
        s.close()
    return ports


def descendants(pid):
    """Parents before their children."""
    children = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                stat = Path("/proc", entry, "stat").read_text()
            except OSError:
                continue
            children.setdefault(int(stat[stat.rindex(")") + 2:].split()[1]), []).append(int(entry))
    found = [pid]
    for parent in found:
        found += children.get(parent, [])
    return found[1:]


def kill(pids):
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass


def wait_for(what, condition, seconds):
    """The first value of the condition that is true."""
    deadline = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < deadline, f"waited {seconds} s for {what}"
        time.sleep(0.2)
    return value


class Cluster:
    def __init__(self, folder):
        if missing := [name for name in ("munged", "slurmctld", "slurmd", "sbatch", "scontrol") if not shutil.which(name)]:
            raise SystemExit(f"missing: {' '.join(missing)} (packages munge slurmctld slurmd slurm-client)")
        if os.geteuid() != 0:
            raise SystemExit("only root can start a Slurm")
        self.folder = folder
        self.daemons = {}
        folder.mkdir()
        (folder / "state").mkdir()
        os.environ["SLURM_CONF"] = str(folder / "slurm.conf")
        (folder / "slurm.conf").write_text(CONFIGURATION.format(folder=folder, ports=free_ports(1 + len(NODES))))
        (folder / "cgroup.conf").write_text("CgroupPlugin=cgroup/v1\n")  # slurmd asks for it, though nothing here uses cgroups
        key = folder / "munge.key"
        key.touch(mode=0o600)
        key.write_bytes(os.urandom(1024))

    def __enter__(self):
        # What daemons leave behind becomes a child of ours, and is found in the end.
        prctl(PR_SET_CHILD_SUBREAPER, 1)
        try:
            # force: not as the user munge, and in a folder that others can write beside
            self.start("munged", "--foreground", "--force", *(f"--{name}={self.folder}/munge.{end}" for name, end in (
                ("socket", "socket"), ("key-file", "key"), ("pid-file", "pid"), ("log-file", "log"), ("seed-file", "seed"))))
            wait_for("munged", (self.folder / "munge.socket").exists, 60)
            self.start("slurmctld", "-D")
            for node in NODES:
                self.start("slurmd", "-D", "-N", node, name=node)
            wait_for("the nodes", lambda: self.ask("sinfo", "-h", "-N", "-o", "%N %T").split("\n") == [f"{n} idle" for n in NODES], 120)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        while pids := descendants(os.getpid()):
            kill(pids)
            for daemon in self.daemons.values():
                daemon.poll()
            try:
                while os.waitpid(-1, os.WNOHANG)[0]:
                    pass
            except ChildProcessError:
                pass
            time.sleep(0.05)

    def start(self, program, *arguments, name=None):
        def prepare():
            os.setsid()
            prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
            prctl(PR_SET_CHILD_SUBREAPER, 1)  # all that a slurmd starts stays below it
        with open(self.folder / f"{name or program}.out", "w") as out:
            self.daemons[name or program] = subprocess.Popen([program, *arguments], stdin=subprocess.DEVNULL, stdout=out,
                                                             stderr=subprocess.STDOUT, preexec_fn=prepare)

    def kill_node(self, node):
        """As if its power had gone: its slurmd and all that runs on it. Returns how many processes those were."""
        slurmd = self.daemons[node].pid
        pids = [slurmd, *descendants(slurmd)]
        kill(pids)
        return len(pids)

    def ask(self, *command):
        """What a command of Slurm says; nothing where it fails, as it may while the controller is busy."""
        p = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=120)
        return p.stdout.strip() if p.returncode == 0 else ""

    def job(self, job):
        """The fields that scontrol shows of a job, or of a task of an array (7_2)."""
        text = wait_for(f"job {job}", lambda: self.ask("scontrol", "--oneliner", "show", "job", job), 60)
        return dict(field.split("=", 1) for field in text.split() if "=" in field)

    def tell(self, *command):
        subprocess.run(command, check=True, timeout=120)

    def logs(self):
        return sorted(self.folder.glob("*.log"))
