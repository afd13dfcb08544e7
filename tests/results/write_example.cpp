#include "runner/error/error.hpp"

#include "example.hpp"
#include "support/tiny_dataset.hpp"

#include <cstdint>
#include <iostream>
#include <numeric>
#include <vector>

// A writer for read_back.py: write_example FILE [EVALUATE_EVERY EPOCHS]. On the file given: trains, in
// make-believe, the first missing run up to its epoch 0, says "open N" (N runs missing), waits for a line,
// finishes all missing runs and says "closed".
int main(int argc, char* argv[]) {
  using namespace runner;
  using namespace runner::test;
  try {
    const Dataset data = tiny_dataset();
    std::string config = example_config;
    config.replace(config.find("\"seed\": 7"), 9, "\"seed\": 7, \"save_weights\": true");
    if (argc > 3)
      config.replace(config.find("\"epochs\": 2"), 11,
                     "\"evaluate_every\": " + std::string(argv[2]) + ", \"epochs\": " + argv[3]);
    const Sweep sweep = sweep_of(config, data);
    ResultsFile file(argv[1], sweep, data, example_provenance,
                     {.commit_interval = std::chrono::milliseconds(0), .notify = [&](auto epochs) {
                        for (const DurableEpoch& e : epochs)
                          std::cout << "committed " << e.run << ' ' << e.epoch << std::endl;
                      }});
    const auto tell = [&](std::size_t run, int epoch) {
      TrainedEpoch record =
          record_of(run, epoch, epoch == sweep.config.epochs ? RunStatus::done : RunStatus::running);
      record.state = [&] {
        // Each tensor counts from 0, W1 down its columns.
        Weights weights = constant_weights(data, sweep.runs[run], 0);
        for (const TensorInfo& tensor : tensor_table) {
          std::vector<float>& values = weights.*tensor.values;
          std::iota(values.begin(), values.end(), 0.0f);
        }
        const std::size_t hidden = weights.b1.size();
        for (std::size_t i = 0; i < weights.W1.size(); ++i)
          weights.W1[i] = static_cast<float>(i / hidden + i % hidden * data.pixels);
        return TrainingState{std::move(weights), {}};
      };
      // Image i of the test set is of class run + i, counted round.
      std::vector<std::uint8_t> predictions;
      for (std::size_t i = 0; i < data.test.count; ++i)
        predictions.push_back(static_cast<std::uint8_t>((run + i) % data.classes));
      record.test_predictions = predictions;
      file.on_epoch({&record, 1});
    };
    const std::vector<std::size_t> missing = file.missing();
    std::cout << "missing " << missing.size() << std::endl;
    tell(missing.at(0), 0);
    std::string line;
    std::getline(std::cin, line);
    for (const std::size_t run : missing)
      for (std::size_t i = 0; i < file.recorded().size(); ++i) tell(run, file.recorded()[i]);
    file.close();
    std::cout << "closed" << std::endl;
  } catch (const Error& error) {
    std::cout << error.what() << std::endl;
    return 2;
  }
}
