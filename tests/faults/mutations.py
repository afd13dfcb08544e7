#!/usr/bin/python3
"""Tests the tests: takes each precaution away, one at a time, and runs them until one fails.

usage: mutations.py [NUMBER …]      (about half an hour for all; ccache, if it is there, makes it faster)

Works on a copy of the sources. A line of the table for each: what was taken away, and the first test that noticed. Exits with 1 if nothing
noticed, or if a text to be changed is no longer in the sources.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]

COMMITTER, CREATION, SEAL = "src/results/committer.cpp", "src/results/creation.cpp", "src/results/seal.cpp"
REPLACEMENT, WRITER, LOCK = "src/files/replacement.cpp", "src/results/array_writer.cpp", "src/results/writer_lock.cpp"
RESEAL = "src/results/reseal.cpp"
CHECK, CHECKSUMS = "src/results/check.cpp", "src/results/checksums.cpp"
STORED, CHECKPOINT, VERIFY = "src/results/stored_file.cpp", "src/results/checkpoint.cpp", "src/checks/verification.cpp"

# What is taken away, in which file, which text, and what stands there instead.
MUTATIONS = [
    # syncs
    ("sync of epochs before their marks", COMMITTER, "  write_data(group);\n  writer_->sync();\n", "  write_data(group);\n"),
    ("sync of marks of progress before the status", COMMITTER, "  if (!advanced.empty()) writer_->sync();\n", ""),
    ("sync of the status before it is told", COMMITTER, "  if (!changed.empty()) writer_->sync();\n", ""),
    ("sync of the marks taken from weights and predictions before they are written over", COMMITTER, "  if (any) writer_->sync();\n}\n\nvoid Committer::write_data",
     "}\n\nvoid Committer::write_data"),
    ("sync of a new file before it gets its name", REPLACEMENT, "    file_.sync_all();\n", ""),
    ("sync of the folder after a file got its name", REPLACEMENT, "if (!sync_names(folder) && note)", "if (false && note)"),
    # orderings
    ("epochs before their marks", COMMITTER, "  write_data(group);\n  writer_->sync();\n  write_progress(group);\n",
     "  write_progress(group);\n  write_data(group);\n  writer_->sync();\n"),
    ("progress before the status", COMMITTER, "  for (const std::size_t run : advanced) writer_->write_progress(run, progress_[run]);\n",
     "  for (const std::size_t run : changed) writer_->write_status(run, progress_[run].status);\n  if (!changed.empty()) writer_->sync();\n"
     "  for (const std::size_t run : advanced) writer_->write_progress(run, progress_[run]);\n"),
    ("the marks taken from weights and predictions before they are written over", COMMITTER, "  unmark(group);\n", ""),
    ("a look at the name before an epoch is told", COMMITTER, "  write_progress(group);\n  writer_->require_in_place();\n", "  write_progress(group);\n"),
    ("a file is made under another name", REPLACEMENT, "  make(temporary.path());\n", "  make(temporary.path());\n  make(file);\n"),
    ("what is being made now is not removed", REPLACEMENT, "    file_.try_lock(LOCK_SH);  // nobody else knows it\n", ""),
    # checks of the seal
    ("the seal's checksum", SEAL, "seal.size == file.size() && checksum(file, seal.ranges) == seal.sha256", "seal.size == file.size()"),
    ("the seal's length of the file", SEAL, "seal.size == file.size() && checksum(", "checksum("),
    ("a file that is cut short is called so", SEAL, "  if (seal.size > file.size())\n", "  if (false)\n"),
    ("a file of a later layout is called so", SEAL, "  if (version > results_layout_version)\n", "  if (false)\n"),
    ("a file of an early layout is called so", SEAL, "  if (version != 0 && version < oldest_readable_layout)\n", "  if (false)\n"),
    ("a seal that cannot be read is called so", SEAL, "  if (version == 0)\n", "  if (false)\n"),
    ("the seal is there", SEAL, "  if (!seal && is_hdf5(file))\n", "  if (false)\n"),
    ("the mark of another writer is left out", SEAL, "constexpr unsigned char writer_mark = 0x07;", "constexpr unsigned char writer_mark = 0;"),
    ("nothing but the mark is left out", SEAL, "constexpr unsigned char writer_mark = 0x07;", "constexpr unsigned char writer_mark = 0xff;"),
    ("the seal is searched for in the whole file", SEAL, "    if (!is_hdf5(file)) break;\n", "    break;\n"),
    ("a copy of the seal is not the seal", SEAL, "      if (is_the_seal(seal, begin + *at)) return seal;\n", "      return seal;\n"),
    # checks before a file is sealed anew
    ("all arrays are where they were", RESEAL, "  if (ranges_between(arrays, seal.size) != seal.ranges)\n", "  if (false)\n"),
    ("the config can be read", RESEAL, "  parse_stored_config(results.effective_config, results.origin.config_file);\n", ""),
    ("the runs are those of their digests", RESEAL, "  if (results.origin.arithmetic_version == arithmetic_version)", "  if (false)"),
    ("no other program writes while a file is sealed", RESEAL, "  keep_others_from_writing(kept);\n", ""),
    # other checks
    ("a new file is read back", CREATION, "        before.compare(temporary, columns, how.stop);\n", ""),
    ("an earlier file has not been written to meanwhile", CREATION, "    if (!same) throw failure(fmt::format(\"{} has been written to meanwhile\"",
     "    if (false) throw failure(fmt::format(\"{} has been written to meanwhile\""),
    ("the type of an array", STORED, "    if (ask(H5Tequal(type, hdf5::file_type(variable.type)), unreadable) == 0)\n", "    if (false)\n"),
    ("the shape of an array", STORED, "    if (shape(dataset, unreadable) != expected_shape(variable, stored_.extents_))\n", "    if (false)\n"),
    ("an array lies in the file", STORED, "    if (offset == HADDR_UNDEF || offset > stored_.size_ || bytes > stored_.size_ - offset)\n", "    if (false)\n"),
    ("weights give what was recorded before they are gone on from", "src/results/results_file.cpp", "    if (!unrecorded(metric, recorded) && !same_bits(recorded, now))\n",
     "    if (false)\n"),
    ("verify compares weights", VERIFY, "      if (!difference) difference = compare_weights(row, record);\n", ""),
    ("the checkpoint's checksum", CHECKPOINT, "    if (!has_its_checksum()) return std::nullopt;\n", ""),
    ("a lock file is no link", LOCK, "  if (std::filesystem::is_symlink(path, ignored)) throw no_lock(path);\n", ""),
    ("a lock file is nobody's file", LOCK, "    if (!is_lock(descriptor)) throw no_lock(path_);\n", ""),
    ("no other program has a file open for writing that is replaced", "src/results/results_file.cpp",
     "  if (fs::exists(path)) keep_others_from_writing(", "  if (false) keep_others_from_writing("),
    ("nor one that parts are merged into", "src/results/merge.cpp", "  if (fs::exists(whole)) keep_others_from_writing(", "  if (false) keep_others_from_writing("),
    ("another writer's lock", LOCK, "    if (lock == LockResult::held) throw held(file);\n", ""),
    ("a secret stays one while it is replaced", REPLACEMENT, "like ? 0600 : 0666", "0666"),
    ("the epochs are those the file was made with", STORED, "  if (sha256_hex(bytes(\"epoch\")) != text(layout::epoch_checksum))\n", "  if (false)\n"),
    ("the epochs ascend", STORED, "    if (epochs[i] <= epochs[i - 1])\n", "    if (false)\n"),
    # checksums
    ("a file is checked before it is written to", "src/results/results_file.cpp", "  if (fs::exists(path) && !options.fresh) require_undamaged(path);\n", ""),
    ("a part is checked before it is merged", "src/results/merge.cpp", "    require_undamaged(file);\n", ""),
    ("checksums of what was made are read back", CREATION, "progress); !damaged.empty())", "progress); false)"),
    ("a checksum is of one run", CHECKSUMS, "begun[row].add(digests[row]);\n", "begun[row].add(\"\");\n"),
    ("a checksum is of one epoch", CHECKSUMS, "  add_to<std::int32_t>(begun, {&epoch, 1});\n", ""),
    ("a run that is said to have diverged has", CHECK, "count_to(run.epochs_done) + (run.status == RunStatus::diverged ? 1 : 0)", "count_to(run.epochs_done)"),
    ("nothing stands behind the end of a run", CHECK, "      if (index >= written && !has_ended(run.status)) continue;", "      if (index >= written) continue;"),
    ("weights are what was written when they are taken up", WRITER, "  if (!is_last_state(file, row))\n", "  if (false)\n"),
    ("sync of the status of what is dropped before its other marks", CHECK, "RunStatus::pending);\n  writer.sync();\n", "RunStatus::pending);\n"),
]
TESTS = [("files_test", "*"), ("faults_test", "EveryCrashPoint*:AChangedNumber*:ADisk.MayLose*"), ("results_test", "*"), ("faults_test", "*")]


class Failed(Exception):
    pass


def build(tree):
    done = subprocess.run(["cmake", "--build", "build", "--target", *sorted({test for test, _ in TESTS})], cwd=tree, capture_output=True, text=True)
    if done.returncode != 0:
        raise Failed(done.stdout[-2000:])


def first_failure(tree):
    for program, selection in TESTS:
        path = next((tree / "build/tests").glob(f"*/{program}"))
        done = subprocess.run([path, f"--gtest_filter={selection}", "--gtest_fail_fast", "--gtest_random_seed=7"], capture_output=True, text=True)
        if done.returncode != 0:
            failed = re.findall(r"^\[  FAILED  \] ([\w/]+\.\w+)", done.stdout, re.MULTILINE)
            running = re.findall(r"^\[ RUN      \] (\S+)", done.stdout, re.MULTILINE)
            return failed[0] if failed else f"{running[-1]} (the program ends)"
    return None


def main():
    numbers = [int(a) for a in sys.argv[1:]] or range(1, len(MUTATIONS) + 1)
    survived = 0
    with tempfile.TemporaryDirectory() as name:
        tree = Path(name) / "runner"
        shutil.copytree(REPOSITORY, tree, ignore=shutil.ignore_patterns("build", "build-*", ".git", "node_modules", "*.h5"))
        launcher = ["-DCMAKE_CXX_COMPILER_LAUNCHER=ccache"] if shutil.which("ccache") else []
        subprocess.run(["cmake", "--preset", "release", "-DCMAKE_UNITY_BUILD=OFF", *launcher], cwd=tree, check=True, capture_output=True, env={**os.environ})
        build(tree)
        if found := first_failure(tree):
            print(f"as it is: {found} fails")
            return 1
        print("| | taken away | noticed by |\n|---|---|---|", flush=True)
        for number in numbers:
            what, file, old, new = MUTATIONS[number - 1]
            path = tree / file
            text = path.read_text()
            if text.count(old) != 1:
                print(f"| {number} | {what} | the text to be changed is {text.count(old)} times in {file} |", flush=True)
                survived += 1
                continue
            path.write_text(text.replace(old, new))
            try:
                build(tree)
                found = first_failure(tree)
            except Failed as error:
                found = f"the compiler: {error}"
            path.write_text(text)
            survived += found is None
            print(f"| {number} | {what} | {found or '**nothing**'} |", flush=True)
    return 1 if survived else 0


if __name__ == "__main__":
    sys.exit(main())
