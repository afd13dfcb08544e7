#pragma once

#include "runner/model/dataset_facts.hpp"

#include <string>
#include <vector>

namespace runner {

/// What the classes of a data set are called, a name for each: those that the authors of Fashion-MNIST gave
/// (Xiao, Rasul & Vollgraf 2017, table 2: "T-shirt/top" … "Ankle boot") for a data set of that name with ten
/// classes, else their numbers, which are the digits of MNIST.
std::vector<std::string> class_names(const DatasetFacts& data);

}  // namespace runner
