"""The rules of the architecture that neither compiler nor linker checks.

Each rule is a function of a file's path in the repository and its text that returns what is wrong with it,
and has tests that it finds what it forbids and leaves alone what it allows.
"""

import pathlib
import re
import unittest

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]

# Each layer with those it knows, the lowest first.
KNOWS = {"error": set()}
KNOWS["system"] = {"error"}
KNOWS["files"] = {"system"} | KNOWS["system"]
KNOWS["model"] = {"error"}
KNOWS["data"] = {"files", "model"} | KNOWS["files"]
KNOWS["sweep"] = {"data"} | KNOWS["data"]
KNOWS["compute"] = {"data"} | KNOWS["data"]
KNOWS["nn"] = {"compute"} | KNOWS["compute"]
KNOWS["training"] = {"compute"} | KNOWS["compute"]  # nn is its oracle, in the tests alone
KNOWS["execution"] = {"sweep", "training"} | KNOWS["sweep"] | KNOWS["training"]
KNOWS["results"] = {"sweep"} | KNOWS["sweep"]
KNOWS["checks"] = {"execution", "results"} | KNOWS["execution"] | KNOWS["results"]
KNOWS["report"] = {"results"} | KNOWS["results"]
LAYERS = list(KNOWS)
KNOWS["cli"] = set(LAYERS)

# The folders that may include the headers of a library.
LIBRARIES = {
    r"tbb/|oneapi/": ["src/compute/", "src/execution/"],
    r"utf8proc\.h": ["src/error/"],
    r"H5|hdf5": ["src/results/"],
    r"nlohmann/": ["src/"],
    r"CLI/": ["src/cli/"],
    r"zlib\.h|png\.h|Random123/|nettle/(sha|base16)": ["src/data/"],
    r"nettle/base64": ["src/report/"],
    r"Eigen/": ["src/compute/", "include/runner/nn/", "src/nn/"],
}

# What writes to the terminal or ends the process.
PRINT_OR_EXIT = re.compile(
    r"\bstd::(cout|cerr|clog|terminate)\b"
    r"|\bfmt::print\b"
    r"|\bv?f?printf\s*\(|\b(puts|putchar|perror)\s*\("
    r"|\b(exit|_exit|_Exit|quick_exit|abort)\s*\("
)

COMMENT_OR_LITERAL = re.compile(
    r"//[^\n]*|/\*.*?\*/"
    r"|'(?:\\.|[^'\\])'"
    r'|R"(?P<mark>[^(\s]*)\(.*?\)(?P=mark)"'
    r'|"(?:\\.|[^"\\\n])*"',
    re.DOTALL,
)


def layer_of(path):
    """The layer of a file: include/runner/LAYER/… or src/LAYER/…"""
    return re.match(r"(?:include/runner|src)/([^/]+)/", path)[1]


def includes(text):
    """What a file includes, with the quotes or brackets."""
    return re.findall(r'^[ \t]*#[ \t]*include[ \t]+(["<][^">\n]+[">])', text, re.MULTILINE)


def layer_violations(path, text):
    layer = layer_of(path)
    for include in includes(text):
        if own := re.match(r'["<]runner/([^/]+)/', include):
            if own[1] != layer and own[1] not in KNOWS[layer]:
                yield f"{path}: {layer} does not know {own[1]}, but includes {include}"
        elif "/../" in include or include.startswith('"../'):
            yield f"{path}: {include} may reach into another layer; its public headers are <layer>/… under runner/"


def library_violations(path, text):
    for include in includes(text):
        for library, folders in LIBRARIES.items():
            if re.match(f'["<](?:{library})', include) and not path.startswith(tuple(folders)):
                yield f"{path}: {include} belongs into {', '.join(folders)}"


def print_or_exit_violations(path, text):
    if layer_of(path) == "cli":
        return
    code = COMMENT_OR_LITERAL.sub(lambda match: "\n" * match[0].count("\n"), text)
    for number, line in enumerate(code.splitlines(), start=1):
        if found := PRINT_OR_EXIT.search(line):
            yield f"{path}:{number}: the library never prints or exits: {found[0]}"


# What the program says goes through one place, which knows what to do where it cannot be written.
PRINT = re.compile(PRINT_OR_EXIT.pattern.split(r"|\b(exit")[0] + r"|\bwrite\s*\(\s*STD|\b(stdout|stderr)\b")
STREAMS = "src/cli/standard_streams."


def stream_violations(path, text):
    if path.startswith(STREAMS):
        return
    code = COMMENT_OR_LITERAL.sub(lambda match: "\n" * match[0].count("\n"), text)
    for number, line in enumerate(code.splitlines(), start=1):
        if found := PRINT.search(line):
            yield f"{path}:{number}: print with what {STREAMS}hpp has: {found[0]}"


def sources():
    for folder in ("include", "src"):
        for path in sorted((REPOSITORY / folder).rglob("*.?pp")):
            yield path.relative_to(REPOSITORY).as_posix(), path.read_text(encoding="utf-8")


def folders_in(path):
    return sorted(folder.name for folder in (REPOSITORY / path).iterdir() if folder.is_dir())


class Layers(unittest.TestCase):
    def test_are_the_folders(self):
        self.assertEqual(folders_in("include/runner"), sorted(LAYERS))
        self.assertEqual(folders_in("src"), sorted(KNOWS))

    def test_know_only_those_under_them(self):
        found = [v for path, text in sources() for v in layer_violations(path, text)]
        self.assertEqual(found, [])

    def test_may_include_themselves_and_those_under_them(self):
        text = '#include "runner/model/run_spec.hpp"\n#include <runner/error/error.hpp>\n#include "state.hpp"\n'
        self.assertEqual(list(layer_violations("src/training/cohort_trainer.cpp", text)), [])

    def test_may_not_include_those_above_them(self):
        text = '#pragma once\n  # include "runner/sweep/sweep.hpp"\n'
        self.assertEqual(len(list(layer_violations("include/runner/model/run_spec.hpp", text))), 1)

    def test_results_do_not_know_training(self):
        text = '#include "runner/training/cohort_trainer.hpp"\n'
        self.assertEqual(len(list(layer_violations("src/results/committer.cpp", text))), 1)

    def test_nn_and_training_do_not_know_each_other(self):
        text = '#include "runner/nn/functions.hpp"\n'
        self.assertEqual(len(list(layer_violations("src/training/cohort_trainer.cpp", text))), 1)
        text = '#include "runner/training/cohort_trainer.hpp"\n'
        self.assertEqual(len(list(layer_violations("src/nn/functions.cpp", text))), 1)

    def test_may_not_reach_for_private_headers(self):
        text = '#include "../data/byte_source.hpp"\n'
        self.assertEqual(len(list(layer_violations("src/sweep/config.cpp", text))), 1)


# Whoever reads or compares results gets no kernel and no threads with it.
LIGHT = ("model", "sweep", "results", "report")
HEAVY = re.compile(r'["<](?:runner/(?:compute|nn|training|execution|checks)/|tbb/|oneapi/)')


def reached_from(header, text_of):
    """What the headers of ours that a header includes include in turn, itself too: pairs of who includes and what."""
    seen, waiting = set(), [header]
    while waiting:
        path = waiting.pop()
        for include in includes(text_of(path)):
            if (path, include) in seen:
                continue
            seen.add((path, include))
            if own := re.match(r'["<](runner/[^">]+)', include):
                waiting.append("include/" + own[1])
    return sorted(seen)


class LightHeaders(unittest.TestCase):
    def test_lead_to_no_kernel_and_no_threads(self):
        def text_of(path):
            return (REPOSITORY / path).read_text(encoding="utf-8")

        for path, _ in sources():
            if path.startswith("include/") and layer_of(path) in LIGHT:
                found = [f"{path}: by way of {by}: {what}" for by, what in reached_from(path, text_of) if HEAVY.match(what)]
                self.assertEqual(found, [])

    def test_rule_finds_a_long_way(self):
        texts = {"include/runner/report/a.hpp": '#include "runner/sweep/b.hpp"\n',
                 "include/runner/sweep/b.hpp": '#include "runner/compute/kernel.hpp"\n',
                 "include/runner/compute/kernel.hpp": "#include <oneapi/tbb/info.h>\n"}
        found = [what for _, what in reached_from("include/runner/report/a.hpp", texts.get) if HEAVY.match(what)]
        self.assertEqual(found, ["<oneapi/tbb/info.h>", '"runner/compute/kernel.hpp"'])


class Libraries(unittest.TestCase):
    def test_stay_in_their_layers(self):
        found = [v for path, text in sources() for v in library_violations(path, text)]
        self.assertEqual(found, [])

    def test_hdf5_only_in_results(self):
        for header in ("hdf5.h", "hdf5_hl.h", "H5DSpublic.h"):
            text = f"#include <{header}>\n"
            self.assertEqual(list(library_violations("src/results/handle.hpp", text)), [])
            self.assertEqual(len(list(library_violations("src/report/comparison.cpp", text))), 1)
            self.assertEqual(len(list(library_violations("include/runner/results/results_file.hpp", text))), 1)

    def test_tbb_only_in_compute_and_execution(self):
        for header in ("tbb/task_arena.h", "oneapi/tbb/flow_graph.h"):
            text = f"#include <{header}>\n"
            self.assertEqual(list(library_violations("src/compute/parallel.cpp", text)), [])
            self.assertEqual(list(library_violations("src/execution/execute.cpp", text)), [])
            self.assertEqual(len(list(library_violations("src/training/cohort_trainer.cpp", text))), 1)
            self.assertEqual(len(list(library_violations("include/runner/compute/parallel.hpp", text))), 1)

    def test_json_in_no_public_header(self):
        text = "#include <nlohmann/json.hpp>\n"
        self.assertEqual(list(library_violations("src/sweep/config.cpp", text)), [])
        self.assertEqual(len(list(library_violations("include/runner/sweep/config.hpp", text))), 1)


class Library(unittest.TestCase):
    def test_never_prints_or_exits(self):
        found = [v for path, text in sources() for v in print_or_exit_violations(path, text)]
        self.assertEqual(found, [])

    def test_rule_finds_each_way(self):
        for line in (
            "std::cout << loss;",
            'std::cerr << "no";',
            'std::printf("%d", 1);',
            'fprintf (stderr, "no");',
            'fmt::print("{}", 1);',
            'puts("no");',
            "std::exit(1);",
            "::_exit(1);",
            "abort();",
            "std::terminate();",
        ):
            text = f"void f() {{\n  {line}\n}}\n"
            found = list(print_or_exit_violations("src/data/idx.cpp", text))
            self.assertEqual(len(found), 1, line)
            self.assertIn("src/data/idx.cpp:2:", found[0])

    def test_rule_leaves_comments_literals_and_formatting_alone(self):
        text = r"""
            // never exit()
            /* no
               std::cout */
            throw bad_input("do not abort() \" exit(1)");
            auto s = R"(std::cerr " exit(1))";
            if (c == '"') c = '\\';
            std::snprintf(buffer, size, "%a", x);
            fmt::format("{}", x);
            at_exit(3);
        """
        self.assertEqual(list(print_or_exit_violations("src/data/idx.cpp", text)), [])

    def test_cli_may_exit(self):
        self.assertEqual(list(print_or_exit_violations("src/cli/main.cpp", "_exit(1);\n")), [])


class Streams(unittest.TestCase):
    def test_are_written_in_one_place(self):
        found = [v for path, text in sources() for v in stream_violations(path, text)]
        self.assertEqual(found, [])

    def test_rule_finds_each_way(self):
        for line in ('std::cerr << "no";', 'fmt::print("{}", 1);', 'puts("no");', 'std::fputs("no", stderr);',
                     'write(STDOUT_FILENO, "no", 2);', "std::fflush(stdout);"):
            self.assertEqual(len(list(stream_violations("src/cli/main.cpp", f"void f() {{\n  {line}\n}}\n"))), 1, line)

    def test_rule_leaves_that_place_and_others_alone(self):
        self.assertEqual(list(stream_violations("src/cli/standard_streams.cpp", "write(STDOUT_FILENO, text, 1);")), [])
        self.assertEqual(list(stream_violations("src/cli/main.cpp", 'put_out("std::cout");  // stdout\n_exit(1);')), [])


if __name__ == "__main__":
    unittest.main()
