#include "runner/error/error.hpp"

#include "example.hpp"
#include "support/tiny_dataset.hpp"

#include <iostream>

// A writer for read_back.py. On the file given: trains, in make-believe, the first missing run up to its
// epoch 0, says "open N" (N runs missing), waits for a line, finishes all missing runs and says "closed".
int main(int, char* argv[]) {
  using namespace runner;
  using namespace runner::test;
  try {
    const Dataset data = tiny_dataset();
    std::string config = example_config;
    config.replace(config.find("\"seed\": 7"), 9, "\"seed\": 7, \"save_weights\": true");
    const Sweep sweep = sweep_of(config, data);
    std::vector<float> weights(3 * data.pixels), block(data.pixels * lanes);
    for (std::size_t i = 0; i < weights.size(); ++i) {
      weights[i] = static_cast<float>(i);
      block[i % data.pixels * lanes + i / data.pixels] = weights[i];
    }
    ResultsFile file(argv[1], sweep, data, example_provenance,
                     {.commit_interval = std::chrono::milliseconds(0), .committed = [&](auto epochs) {
                        for (const CommittedEpoch& e : epochs)
                          std::cout << "committed " << e.run << ' ' << e.epoch << std::endl;
                      }});
    const auto tell = [&](std::size_t run, int epoch) {
      EpochRecord record = record_of(run, epoch, epoch == 2 ? RunStatus::done : RunStatus::running);
      const auto hidden = static_cast<std::size_t>(sweep.runs[run].spec.hidden_size);
      record.weights = {block.data(),   0,      weights.data(), weights.data(), data.classes,
                        weights.data(), hidden, data.pixels,    data.classes};
      file.on_epoch({&record, 1});
    };
    const std::vector<std::size_t> missing = file.missing();
    std::cout << "missing " << missing.size() << std::endl;
    tell(missing.at(0), 0);
    std::string line;
    std::getline(std::cin, line);
    for (const std::size_t run : missing)
      for (int epoch = 0; epoch <= 2; ++epoch) tell(run, epoch);
    file.close();
    std::cout << "closed" << std::endl;
  } catch (const Error& error) {
    std::cout << error.what() << std::endl;
    return 2;
  }
}
