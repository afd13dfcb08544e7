#!/usr/bin/python3
"""What the program tells of itself: help, the manual page, completion in shells, and hints where an argument is mistyped.

usage: help_test.py RUNNER REPOSITORY [TestClass…]
"""
import json
import os
import re
import subprocess
import sys
import unittest
from pathlib import Path

import numpy as np

import runner_test
from made_up_data import png

REPOSITORY = None
TOPICS = ("config", "results", "environment")


class Case(runner_test.Case):
    def out(self, *arguments):
        out, err = self.run_it(*arguments)
        self.assertEqual(err, "")
        return out

    def commands(self):
        """The names of the commands, as `runner help` lists them."""
        lists = self.out("help").split("\n\n")
        return [name for text in lists[2:] for name in re.findall(r"^  (\w+)  ", text, re.MULTILINE) if name != "CONFIG"]

    def options(self, *command):
        """The long and short names of options, as --help shows them."""
        text = self.out(*command, "--help").split("\nOptions:\n")[1].split("\n\n")[0]
        return [name for line in re.findall(r"^  (-.*)", text, re.MULTILINE) for name in re.findall(r"(?:^|, )(--?[\w-]+)", line.split("  ")[0])]

    def config_keys(self):
        schema = json.loads((REPOSITORY / "configs/sweep.schema.json").read_text())
        return [key for key in schema["properties"] if key != "$schema"]


class Help(Case):
    def test_lists_all_that_there_is(self):
        sources = (REPOSITORY / "src/cli/commands.hpp").read_text()
        declared = re.findall(r"^Command (\w+)_command\(", sources, re.MULTILINE)
        self.assertCountEqual(self.commands(), [name for name in declared if name != "run"])
        self.assertEqual(tuple(re.findall(r"^  (\w+)  ", self.out("help").split("\n\n")[1], re.MULTILINE)), TOPICS)
        text = self.out("--help")
        for name in (*self.commands(), *TOPICS):
            self.assertRegex(text, rf"(?m)^  {name}  +\w")
        self.assertIn("Usage: runner CONFIG [KEY=VALUE…] [OPTIONS]\n       runner COMMAND …\n", text)

    def test_of_a_command_is_one_text(self):
        for name in self.commands():
            text = self.out("help", name)
            self.assertEqual(text, self.out(name, "--help"))
            self.assertEqual(text, self.out(name, "-h"))
            self.assertIn(f"\nUsage: runner {name} ", text)
            self.assertIn(f"\nExamples:\n  runner {name} ", text)
        self.assertIn("Usage: runner merge OUT PART… [OPTIONS]\n", self.out("help", "merge"))

    def test_is_no_wider_than_a_terminal(self):
        for arguments in (["--help"], ["help"], *(["help", name] for name in (*self.commands(), *TOPICS))):
            for line in self.out(*arguments).splitlines():
                self.assertLessEqual(len(line), 80, arguments)
                self.assertEqual(line, line.rstrip(), arguments)

    def test_of_an_option_says_what_it_takes(self):
        text = " ".join(self.out("--help").split())
        for part in ("-j, --threads N Number of threads (1 to 4096; default: all that this process may use)",
                     "--progress text|jsonl ", "--shard i/N ", "-o, --output FILE ", "--fresh Replace the results file, whatever it holds (not with --prune)"):
            self.assertIn(part, text)
        self.assertIn("--sample N How many runs, spread evenly over the file (default: 10; not with --all)", " ".join(self.out("help", "verify").split()))

    def test_has_every_key_of_the_config(self):
        text = self.out("help", "config")
        self.assertEqual([key for key in re.findall(r"^  ([a-z_0-9]+)  ", text, re.MULTILINE)], self.config_keys())
        self.assertIn(" Words: sgd, momentum, nesterov, adagrad, rmsprop, adam. Default: \"sgd\".", " ".join(text.split()))

    def test_of_the_config_is_true(self):
        text = self.out("help", "config")
        example = "{" + text.split("\n  {\n")[1].split("\n  }\n")[0] + "}"
        keys = json.loads(example) | {"dataset": {"dir": "data"}}
        (self.dir / "example.json").write_text(json.dumps(keys))
        self.assertRegex(self.out("example.json", "--list"), r"\nresults/example.h5: 20 runs in \d+ cohorts, 20 epochs each\n$")
        forms = re.findall(r"^  (\{\"\w+\": .*\]\}) ", text, re.MULTILINE)
        self.assertEqual(len(forms), 7)
        axes = {"range": "seed", "int_uniform": "hidden_size", "choice": "optimizer", "logspace": "learning_rate", "log_uniform": "learning_rate"}
        for form in forms:
            name, = json.loads(form)
            samples = ["samples=20"] if name.endswith("uniform") or name == "choice" else []
            self.run_it(self.config(), f"{axes.get(name, 'dropout')}={form}", *samples, "--list")

    def test_has_examples_that_work(self):
        """Each is run, in a folder that has what it names."""
        (self.dir / "configs").mkdir()
        (self.dir / "configs/sweep.json").write_text(json.dumps({"dataset": {"dir": "../data"}, "epochs": 20, "batch_size": [5, 10, 20, 40],
                                                                 "learning_rate": [0.1, 0.5], "hidden_size": [25, 50], "seed": [1, 2]}))
        self.run_it("configs/sweep.json", "--quiet", "-o", "results/w.h5", "name=w", "save_weights=true")
        for shard in range(1, 9):
            self.run_it("configs/sweep.json", "--quiet", "--shard", f"{shard}/8")
        (self.dir / "7.png").write_bytes(png((6, 6), 8, 0, [bytes(6)] * 6))
        np.save(self.dir / "x.npy", np.zeros((3, 6, 6), np.uint8))
        examples = [line for name in ("", *self.commands()) for line in
                    re.findall(r"^  (runner .*?)(?:  .*)?$", self.out(*([name] if name else []), "--help").split("\nExamples:\n")[1].split("\n\n")[0], re.MULTILINE)]
        self.assertGreater(len(set(examples)), 20)
        environment = dict(os.environ, PATH=f"{Path(runner_test.RUNNER).parent}:{os.environ['PATH']}")
        for line in dict.fromkeys(examples):
            if line.startswith("runner merge "):
                (self.dir / "results/sweep.h5").unlink()  # of all keys as the shards have them
            p = subprocess.run(["bash", "-c", line], cwd=self.dir, env=environment, capture_output=True, text=True, timeout=300)
            self.assertEqual(p.returncode, 0, f"{line}\n{p.stdout}{p.stderr}")


class Mistyped(Case):
    def test_command_is_suggested_and_not_opened(self):
        for arguments in (["comapre"], ["comapre", "results/x.h5"], ["comapre", "results/x.h5", "--csv"], ["--quiet", "comapre"]):
            self.assertEqual(self.refused(*arguments, says=[]), 'runner: "comapre" is neither a command nor a config file: did you mean "compare"?\n')
        self.assertEqual(self.refused("train", says=[]), 'runner: "train" is neither a command nor a config file: the commands are '
                         + ", ".join(self.commands()) + "\n")
        # What has a dot or a slash is a file.
        self.assertEqual(self.refused("comapre.json", says=[]), "runner: comapre.json: cannot read the config: No such file or directory\n")

    def test_command_that_is_a_file_is_a_config(self):
        self.config("comapre").rename(self.dir / "comapre")
        self.run_it("comapre", "--quiet")
        self.assertTrue((self.dir / "results/comapre.h5").exists())

    def test_option_is_suggested(self):
        config = self.config()
        for arguments, message in (
                ([config, "--quite"], 'there is no option --quite: did you mean "--quiet"?'),
                (["--quite", config], 'there is no option --quite: did you mean "--quiet"?'),
                (["compare", "x.h5", "--jsn"], 'there is no option --jsn: did you mean "--json"?'),
                (["compare", "x.h5", "--sort-by=gap"], 'there is no option --sort-by=gap: did you mean "--sort"?'),
                ([config, "--epochs", "20"], "there is no option --epochs: a key of the config is given as epochs=VALUE"),
                ([config, "--learning-rate=0.1"], "there is no option --learning-rate=0.1: a key of the config is given as learning_rate=VALUE"),
                (["check", "x.h5", "--gpu"], "there is no option --gpu: `runner check --help` shows the options"),
                ([config, "-x"], "there is no option -x: `runner --help` shows the options"),
                (["seal", "a.h5", "b.h5"], "b.h5 is one argument too many: runner seal FILE [OPTIONS]"),
                (["help", "confg"], 'help: there is no topic "confg": did you mean "config"?'),
                (["merge", "a.h5"], "PART is required: runner merge OUT PART… [OPTIONS]"),
                ([], "there is no config and no command: `runner help` shows what there is"),
        ):
            with self.subTest(arguments=arguments):
                self.assertEqual(self.refused(*arguments, says=[]), f"runner: {message}\n")

    def test_values_have_hints(self):
        config = self.config()
        for override, hint in (("learning_rate=.1", "learning_rate=0.1"), ("seed=1,2,3", "'seed=[1,2,3]'"), ("seed=1-5", "'seed={\"range\":[1,5]}'"),
                               ("hidden_size=[10 20]", "'hidden_size=[10,20]'"), ("optimizer=Adam", "optimizer=adam"), ("epochs=1e1", "epochs=10"),
                               ('grids=[{"optimizer":"Adam"}]', "'grids=[{\"optimizer\":\"adam\"}]'")):
            err = self.refused(config, override, says=[])
            self.assertRegex(err, rf"^runner: command line: {override.split('=')[0]}[^:]*: .*; did you mean {re.escape(hint)}\?\n$")
            # It is right as a shell takes it.
            p = subprocess.run(["bash", "-c", f"'{runner_test.RUNNER}' {config} {hint} --list"], cwd=self.dir, capture_output=True, text=True)
            self.assertEqual(p.returncode, 0, p.stderr)
        self.assertEqual(self.refused(config, "lr=0.1", says=[]), 'runner: command line: unknown key "lr": the key is "learning_rate"\n')

    def test_file_that_is_no_config_is_named(self):
        self.run_it(self.config(), "--quiet")
        self.assertEqual(self.refused("results/sweep.h5", says=[]),
                         "runner: results/sweep.h5: this is a results file (HDF5), and not a config: `runner compare` shows a results file\n")
        (self.dir / "utf16.json").write_text('{"epochs": 1}', encoding="utf-16")
        self.assertEqual(self.refused("utf16.json", says=[]), "runner: utf16.json: the config is encoded in UTF-16: save it as UTF-8\n")
        self.assertEqual(self.refused("data/", says=[]), "runner: data/: cannot read the config: it is a folder\n")

    def test_config_as_editors_write_it_is_taken(self):
        (self.dir / "edited.jsonc").write_text('// größe\n{\n  "dataset": {"dir": "data",}, /* tiny */\n  "batch_size": 20,\n  "seed": [1, 2,],\n}\n', encoding="utf-8-sig")
        self.assertIn("results/edited.h5: 2 runs in ", self.out("edited.jsonc", "--list"))


class Manual(Case):
    def test_has_every_command_option_and_key(self):
        page = self.out("help", "--man").replace("\\-", "-")
        for command in ([], *([name] for name in self.commands())):
            section = page.split(f"\n.SS {command[0]}\n")[1].split("\n.S")[0] if command else page.split("\n.SH DESCRIPTION\n")[1].split("\n.SH ")[0]
            tags = " ".join(re.findall(r"\n\.TP\n\.B (.*)", "\n" + section))
            for option in self.options(*command):
                self.assertRegex(tags, rf"(^|\s){option}(,|\s|$)", command)
        keys = re.findall(r"\n\.TP\n\.B ([a-z_0-9]+)\n", page.split("\n.SH CONFIG\n")[1].split("\n.SH ")[0])
        self.assertEqual(keys, self.config_keys())
        self.assertEqual(re.findall(r"^\.SH (.*)", page, re.MULTILINE),
                         ["NAME", "SYNOPSIS", "DESCRIPTION", "COMMANDS", *(topic.upper() for topic in TOPICS), "EXAMPLES"])

    def test_is_read_by_groff_without_warnings(self):
        p = subprocess.run(["groff", "-man", "-Kutf8", "-Tutf8", "-ww", "-P-c"], input=self.out("help", "--man"), capture_output=True, text=True)
        self.assertEqual((p.returncode, p.stderr), (0, ""))
        self.assertIn("runner - trains very many small neural networks", re.sub(".\b", "", p.stdout))
        self.assertIn('data = xarray.open_dataset("results/sweep.h5", engine="h5netcdf")', re.sub(".\b", "", p.stdout))


SCRIPTS = "src/cli/completion"
BASH = """
source "$1/runner.bash"; shift
compopt() { printf 'compopt %s\\n' "$2" >&2; }
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
[[ $(complete -p runner) == 'complete -F _runner runner' ]] && _runner
printf '%s\\n' "${COMPREPLY[@]}"
"""
ZSH = """
_describe() { local -a shown=("${(@P)2}"); print -rl -- "${shown[@]}" "${@:3}" }
_files() { print -r -- :files }
complete_words() { local -a words=("$@"); local CURRENT=$#; source "$script" }
script=$1/_runner; shift
complete_words "$@"
"""


class Completion(Case):
    def setUp(self):
        super().setUp()
        self.environment = dict(os.environ, PATH=f"{Path(runner_test.RUNNER).parent}:{os.environ['PATH']}")
        self.config()
        (self.dir / "a b.json").write_text("{}")

    def shell(self, *command):
        p = subprocess.run(command, cwd=self.dir, env=self.environment, capture_output=True, text=True, timeout=60)
        self.assertEqual(p.returncode, 0, p.stderr)
        return p.stdout.splitlines(), p.stderr.splitlines()

    def bash(self, *words):
        found, settings = self.shell("bash", "--norc", "-c", BASH, "bash", REPOSITORY / SCRIPTS, "runner", *words)
        return [word for word in found if word], settings

    def test_bash_has_commands_and_files(self):
        self.assertEqual(self.bash("co"), (["compare"], ["compopt filenames"]))
        found, _ = self.bash("")
        self.assertCountEqual(found, [*self.commands(), "data", "sweep.json", "a b.json"])
        self.assertEqual(self.bash("help", "c")[0], ["config", "compare", "classes", "check"])
        for words in (["compare", "swe"], ["-q", "swe"], ["--threads", "2", "swe"], ["plan", "swe"], ["report", "x.h5", "-o", "swe"]):
            self.assertEqual(self.bash(*words), (["sweep.json"], ["compopt filenames"]), words)

    def test_bash_has_every_option_and_their_words(self):
        for command in ([], *([name] for name in self.commands())):
            self.assertCountEqual(self.bash(*command, "-")[0], self.options(*command), command)
        self.assertEqual(self.bash("sweep.json", "--progress", "")[0], ["text", "jsonl"])
        self.assertEqual(self.bash("--progress", "=", "j")[0], ["jsonl"])
        self.assertEqual(self.bash("compare", "x.h5", "--where", "")[0], [])

    def test_bash_has_the_keys_of_a_config(self):
        found, settings = self.bash("sweep.json", "")
        self.assertEqual(found, [key + "=" for key in self.config_keys()])
        self.assertEqual(set(settings), {"compopt nospace"})
        self.assertEqual(self.bash("plan", "sweep.json", "ep")[0], ["epochs=", "epsilon="])
        # bash splits words at the equals sign
        self.assertEqual(self.bash("sweep.json", "epochs", "=", "3", "ep")[0], ["epsilon="])
        self.assertEqual(self.bash("sweep.json", "optimizer", "=")[0], ["sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam"])
        self.assertEqual(self.bash("sweep.json", "optimizer", "=", "ada")[0], ["adagrad", "adam"])
        self.assertEqual(self.bash("sweep.json", "save_weights", "=", "")[0], ["true", "false"])
        self.assertEqual(self.bash("sweep.json", "epochs", "=", "")[0], [])

    def test_fish(self):
        def fish(line):
            return self.shell("fish", "--no-config", "-c", 'source $argv[1]/runner.fish; complete -C "$argv[2]"', REPOSITORY / SCRIPTS, f"runner {line}")[0]

        self.assertEqual(fish("comp"), ["compare\tShow train against test accuracy of a results file"])
        self.assertEqual(fish("compare swe"), ["sweep.json"])
        self.assertEqual([line.split("\t")[0] for line in fish("sweep.json ep")], ["epochs=", "epsilon="])
        self.assertEqual(fish("sweep.json optimizer=ada"), ["optimizer=adagrad", "optimizer=adam"])

    def test_zsh(self):
        def zsh(*words):
            return self.shell("zsh", "-f", "-c", ZSH, "zsh", REPOSITORY / SCRIPTS, "runner", *words)[0]

        self.assertEqual(zsh("comp"), ["compare:Show train against test accuracy of a results file", ":files"])
        self.assertEqual(zsh("compare", "swe"), [":files"])
        self.assertEqual([line.split(":")[0] for line in zsh("sweep.json", "ep")], ["epochs=", "epsilon=", "-S", ""])
        self.assertEqual(zsh("sweep.json", "optimizer=ada"), ["optimizer=adagrad", "optimizer=adam"])


if __name__ == "__main__":
    runner_test.RUNNER = os.fspath(Path(sys.argv.pop(1)).resolve())
    REPOSITORY = Path(sys.argv.pop(1)).resolve()
    unittest.main()
