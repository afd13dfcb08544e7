#include "topics.hpp"

#include <array>

namespace runner::cli {
namespace {

constexpr std::array all_examples{
    Example{"", "runner configs/sweep.json", "train the sweep, or finish it"},
    Example{"", "runner configs/sweep.json epochs=20", "replace a key of the config"},
    Example{"", "runner configs/sweep.json 'seed=[1,2,3]'", "a shell wants brackets in quotes"},
    Example{"", "runner configs/sweep.json --shard 2/8", "train the second of eight shares"},
    Example{"plan", "runner plan configs/sweep.json", "see time, memory and disk space"},
    Example{"plan", "runner plan configs/sweep.json --shards 8", "see them for each share"},
    Example{"compare", "runner compare results/sweep.h5", "see train against test accuracy"},
    Example{"compare", "runner compare results/sweep.h5 --sort test_accuracy --top 5", "see the five best"},
    Example{"compare", "runner compare results/sweep.h5 --where 'hidden_size >= 50'", "leave the others out"},
    Example{"compare", "runner compare results/sweep.h5 --by learning_rate", "see what one key does"},
    Example{"compare", "runner compare results/sweep.h5 --importance", "see which keys matter"},
    Example{"classes", "runner classes results/sweep.h5", "see which classes are confused"},
    Example{"report", "runner report results/sweep.h5", "write a page of plots"},
    Example{"report", "runner report results/sweep.h5 --svg figures", "write figures for a paper"},
    Example{"watch", "runner watch results/sweep.h5", "see who leads while a sweep runs"},
    Example{"predict", "runner predict results/w.h5 --best 7.png", "classify a picture"},
    Example{"predict", "runner predict results/w.h5 --run 3 x.npy --csv", "classify a NumPy array"},
    Example{"export", "runner export results/sweep.h5 --curves curves.csv", "take all curves away as CSV"},
    Example{"export", "runner export results/w.h5 --best --weights w.npz", "take weights away for NumPy"},
    Example{"merge", "runner merge results/sweep.h5 results/sweep.shard-*.h5", "join the files of shares"},
    Example{"verify", "runner verify results/sweep.h5", "train some runs again, compare bits"},
    Example{"check", "runner check results/sweep.h5", "find damaged numbers"},
    Example{"seal", "runner seal results/sweep.h5", "accept what another program wrote"},
    Example{"gradcheck", "runner gradcheck configs/sweep.json", "check the gradients"},
    Example{"help", "runner help config", "read about all keys of a config"},
};

constexpr std::array all_topics{
    Topic{config_topic, "how a config is written, and all its keys",
          R"(A config is a JSON file that holds one object. It may have comments and a comma
behind the last element of a list. The keys from learning_rate to seed are axes.
Every combination of their values is a run, which is one network. This config
has 2 · 2 · 5 = 20 runs:

  {
    "epochs": 20,
    "learning_rate": [0.1, 0.3],
    "hidden_size": [25, 50],
    "seed": {"range": [1, 5]}
  }

An axis takes one value, a list of values, or one of these objects:

  {"range": [1, 5]}           1, 2, 3, 4, 5; a third number is the step
  {"linspace": [0, 0.5, 6]}   6 numbers at equal distances
  {"logspace": [0.01, 1, 5]}  5 numbers at equal ratios
  {"uniform": [0, 0.5]}       a number drawn between 0 and 0.5
  {"log_uniform": [0.01, 1]}  a number drawn so that its logarithm is uniform
  {"int_uniform": [10, 100]}  an integer drawn from 10 to 100
  {"choice": ["sgd", "adam"]} one of these values, drawn

A config that draws values says how often: "samples": 20.

An argument KEY=VALUE replaces a key of the config. The value is JSON or plain
text. Put brackets, braces and spaces in quotes, as a shell would read them.
)"},
    Topic{"results", "the results file, and how other programs read it",
          R"(A results file is an HDF5 file. It has a row for each run, and in it a number
for each recorded epoch. You may read it at any time, also while the sweep runs.
If the program is stopped, run the same command again: it continues where it
stopped. In Python, xarray opens the file with all its labels:

  import xarray
  data = xarray.open_dataset("results/sweep.h5", engine="h5netcdf")
  data.test_accuracy.isel(epoch=-1)

To take numbers away in other formats, see: runner help export
)"},
    Topic{"environment", "environment variables and exit codes",
          R"(Environment variables:

  RUNNER_DATA  the folder that has the folders mnist and fashion-mnist; the
               program also looks in data/mnist, ~/.local/share/runner/mnist and
               /usr/share/datasets/fashion-mnist
  NO_COLOR     if set, output has no colours
  TERM         the type of the terminal; dumb: no colours, no live view

Exit codes:

  0    all is done; a run that diverged is a result
  1    the work failed, a check did not hold, or output could not be written
  2    the arguments, the config, the data or a file cannot be used
  130  a signal stopped the sweep; the same command continues it
)"},
};

}  // namespace

std::string_view summary() {
  return "Trains very many small neural networks and shows which of them overfit.";
}

std::string_view summary_of_training() {
  return "Train every network of a sweep that its results file lacks";
}

std::span<const Example> examples() {
  return all_examples;
}

std::span<const Topic> topics() {
  return all_topics;
}

}  // namespace runner::cli
