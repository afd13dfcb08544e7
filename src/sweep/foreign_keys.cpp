#include "foreign_keys.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace runner {
namespace {

constexpr std::array<std::string_view, 7> learning_rates{
    "lr", "eta", "alpha", "learning_rate_init", "step_size", "learningrate", "init_lr"};
constexpr std::array<std::string_view, 5> epoch_counts{"max_epochs", "n_epochs", "num_epochs", "epochs_num",
                                                       "nb_epoch"};
constexpr std::array<std::string_view, 6> iteration_counts{"iters_num", "max_iter",       "iterations",
                                                           "n_iter",    "num_iterations", "steps"};
constexpr std::array<std::string_view, 4> batch_sizes{"bs", "minibatch_size", "mini_batch_size", "batchsize"};
constexpr std::array<std::string_view, 7> hidden_sizes{
    "hidden", "hidden_units", "n_hidden", "num_hidden", "units", "hidden_dim", "hidden_size_list"};
constexpr std::array<std::string_view, 7> depths{
    "hidden_layers", "hidden_layer_sizes", "layers", "num_layers", "n_layers", "depth", "architecture"};
constexpr std::array<std::string_view, 4> seeds{"random_state", "random_seed", "rng_seed", "manual_seed"};
constexpr std::array<std::string_view, 4> seed_counts{"seeds", "n_seeds", "num_seeds", "repeats"};
constexpr std::array<std::string_view, 5> optimizers{"solver", "optim", "nesterov", "adam", "sgd"};
constexpr std::array<std::string_view, 4> decay_rates{"rho", "alpha_rmsprop", "rmsprop_decay", "decay"};
constexpr std::array<std::string_view, 3> epsilons{"eps", "adam_epsilon", "optimizer_epsilon"};
constexpr std::array<std::string_view, 1> pairs_of_betas{"betas"};
constexpr std::array<std::string_view, 5> schedules{"lr_schedule", "scheduler", "lr_decay", "lr_scheduler",
                                                    "schedule"};
constexpr std::array<std::string_view, 4> schedule_lengths{"step_size_epochs", "t_max", "decay_steps",
                                                           "lr_step"};
constexpr std::array<std::string_view, 2> schedule_factors{"gamma", "lr_gamma"};
constexpr std::array<std::string_view, 2> warm_ups{"warmup", "warmup_epochs"};
constexpr std::array<std::string_view, 3> activations{"activation_function", "nonlinearity", "relu"};
constexpr std::array<std::string_view, 4> regularisers{"l2", "weight_decay_lambda", "regularization",
                                                       "lambda"};
constexpr std::array<std::string_view, 1> absolute_penalties{"l1"};
constexpr std::array<std::string_view, 3> dropouts{"dropout_rate", "dropout_ratio", "use_dropout"};
constexpr std::array<std::string_view, 2> layers_between{"batch_norm", "batchnorm"};
constexpr std::array<std::string_view, 3> noises{"noise", "noise_rate", "label_noise_rate"};
constexpr std::array<std::string_view, 4> stopping{"patience", "n_iter_no_change", "tol", "min_delta"};
constexpr std::array<std::string_view, 3> halvings{"successive_halving", "hyperband", "min_epochs"};
constexpr std::array<std::string_view, 4> sample_counts{"n_trials", "num_samples", "trials", "n_samples"};
constexpr std::array<std::string_view, 3> searches{"sampler", "search_algorithm", "method"};
constexpr std::array<std::string_view, 4> conditions{"filter", "condition", "constraints", "exclude"};
constexpr std::array<std::string_view, 4> grid_lists{"grid", "param_grid", "search_space", "parameters"};
constexpr std::array<std::string_view, 5> validations{"validation_split", "validation_fraction", "val_split",
                                                      "val_size", "valid_size"};
constexpr std::array<std::string_view, 5> devices{"device", "gpu", "cuda", "gpus", "use_cuda"};
constexpr std::array<std::string_view, 5> thread_counts{"threads", "n_jobs", "num_workers", "jobs",
                                                        "workers"};
constexpr std::array<std::string_view, 3> weight_scales{"init_std", "weight_std", "init_scale"};
constexpr std::array<std::string_view, 3> initializers{"initializer", "kernel_initializer", "init"};
constexpr std::array<std::string_view, 4> losses{"loss_function", "criterion", "objective", "cost"};
constexpr std::array<std::string_view, 4> shuffles{"shuffle", "replacement", "with_replacement",
                                                   "batch_sampling"};
constexpr std::array<std::string_view, 4> images{"data", "data_dir", "dataset_name", "data_path"};
constexpr std::array<std::string_view, 3> train_sizes{"n_train", "train_samples", "num_train"};
constexpr std::array<std::string_view, 4> checkpoints{"save_model", "checkpoint", "save_checkpoints", "save"};
constexpr std::array<std::string_view, 4> outputs{"output_file", "out", "results", "save_path"};

struct ForeignKeys {
  std::span<const std::string_view> keys;
  std::string_view advice;
};

/// What to write instead, or that there is nothing. A key stands in one row alone.
constexpr std::array table{
    ForeignKeys{learning_rates, "the key is \"learning_rate\""},
    ForeignKeys{epoch_counts, "the key is \"epochs\""},
    ForeignKeys{
        iteration_counts,
        "training is measured in \"epochs\": epochs = iterations * batch_size / train_size (10000 iterations "
        "with batches of 100 of 60000 images are 16.7 epochs)"},
    ForeignKeys{batch_sizes, "the key is \"batch_size\""},
    ForeignKeys{hidden_sizes, "the key is \"hidden_size\": the units of the one hidden layer"},
    ForeignKeys{
        depths,
        "the network has exactly one hidden layer; \"hidden_size\" is the number of its units, such as 50 or "
        "[50, 100]"},
    ForeignKeys{seeds, "the key is \"seed\""},
    ForeignKeys{seed_counts,
                "the key is \"seed\", with a list of the seeds, such as [1, 2, 3] or {\"range\": [1, 20]}"},
    ForeignKeys{optimizers, "the key is \"optimizer\", such as \"sgd\", \"momentum\" or \"adam\""},
    ForeignKeys{decay_rates, "the key is \"decay_rate\", for the optimizer \"rmsprop\""},
    ForeignKeys{epsilons, "the key is \"epsilon\""},
    ForeignKeys{pairs_of_betas, "the keys are \"beta1\" and \"beta2\", a number each"},
    ForeignKeys{schedules, "the key is \"learning_rate_schedule\": \"constant\", \"step\" or \"cosine\""},
    ForeignKeys{schedule_lengths, "the key is \"schedule_epochs\""},
    ForeignKeys{schedule_factors, "the key is \"schedule_factor\""},
    ForeignKeys{warm_ups,
                "there is no warm-up; \"learning_rate_schedule\" is \"constant\", \"step\" or "
                "\"cosine\""},
    ForeignKeys{activations, "the key is \"activation\": \"sigmoid\", \"tanh\" or \"relu\""},
    ForeignKeys{regularisers, "the key is \"weight_decay\": the λ of ½·λ·ΣW² in the loss"},
    ForeignKeys{absolute_penalties, "there is no penalty on absolute values; \"weight_decay\" is on squares"},
    ForeignKeys{dropouts,
                "the key is \"dropout\": the share of the hidden units that is dropped, such as 0.2"},
    ForeignKeys{layers_between, "there is no batch normalisation"},
    ForeignKeys{noises, "the key is \"label_noise\", the share of the training labels that is drawn anew"},
    ForeignKeys{stopping,
                "the key is \"early_stopping\", such as {\"patience\": 5, \"metric\": \"test_loss\", "
                "\"min_delta\": 0}"},
    ForeignKeys{halvings,
                "the key is \"early_stopping\", such as {\"successive_halving\": {\"eta\": 3, "
                "\"min_epochs\": 1}}"},
    ForeignKeys{sample_counts,
                "the key is \"samples\", beside a distribution such as \"learning_rate\": {\"log_uniform\": "
                "[0.01, 1]}"},
    ForeignKeys{searches, "the key is \"search\": \"random\" or \"sobol\""},
    ForeignKeys{conditions, "the key is \"where\": a condition on the runs, such as \"hidden_size <= 100\""},
    ForeignKeys{
        grid_lists,
        "the keys stand in the config itself, such as \"learning_rate\": [0.01, 0.1, 1]; several grids "
        "are a list, \"grids\""},
    ForeignKeys{validations,
                "the key is \"validation_size\", a number of images and not a share of them, such as 10000"},
    ForeignKeys{devices, "there is no GPU support: training runs on the processor"},
    ForeignKeys{thread_counts, "this is an option and no key of the config: --threads N"},
    ForeignKeys{initializers,
                "the key is \"weight_init\": \"std\" (with \"weight_init_std\"), \"xavier\" "
                "or \"he\""},
    ForeignKeys{weight_scales,
                "the key is \"weight_init_std\": first weights are normal variates with this standard "
                "deviation, such "
                "as 0.01"},
    ForeignKeys{losses, "the key is \"loss\""},
    ForeignKeys{shuffles, "the key is \"sampling\": how mini-batches are drawn"},
    ForeignKeys{images, "the key is \"dataset\": a name, or {\"dir\": \"…\"} with a folder of IDX files"},
    ForeignKeys{train_sizes, "the key is \"train_size\""},
    ForeignKeys{checkpoints, "the key is \"save_weights\", true or false"},
    ForeignKeys{outputs, "this is an option and no key of the config: --output FILE"},
};

char folded(char c) {
  if (c == '-') return '_';
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace

std::optional<std::string> advice_on_foreign_key(std::string_view key) {
  std::string lower(key);
  std::transform(lower.begin(), lower.end(), lower.begin(), folded);
  for (const ForeignKeys& row : table)
    if (std::find(row.keys.begin(), row.keys.end(), lower) != row.keys.end()) return std::string(row.advice);
  return std::nullopt;
}

}  // namespace runner
