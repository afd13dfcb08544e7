#pragma once

#include "runner/data/dataset.hpp"

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>

namespace runner::test {

/// A small made-up data set in memory: each class has a bright patch of its own, with noise over it, so that
/// it can be learned.
inline Dataset tiny_dataset(std::size_t train = 60, std::size_t test = 20, std::size_t rows = 5,
                            std::size_t columns = 7, std::size_t classes = 3) {
  std::mt19937 random(7);
  const auto fill = [&](LabelledImages& images, std::size_t count) {
    images.count = count;
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t label = random() % classes;
      images.labels.push_back(static_cast<std::uint8_t>(label));
      for (std::size_t p = 0; p < rows * columns; ++p)
        images.pixels.push_back(
            static_cast<std::uint8_t>(p % classes == label ? 128 + random() % 128 : random() % 160));
    }
  };
  Dataset data;
  data.name = "tiny";
  data.directory = "/nowhere/tiny";
  const char* names[] = {"train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte",
                         "t10k-labels-idx1-ubyte"};
  for (std::size_t f = 0; f < 4; ++f)
    data.files[f] = {data.directory / names[f], std::string(64, static_cast<char>('a' + f))};
  data.rows = rows;
  data.columns = columns;
  data.pixels = rows * columns;
  data.classes = classes;
  fill(data.train, train);
  fill(data.test, test);
  return data;
}

}  // namespace runner::test
