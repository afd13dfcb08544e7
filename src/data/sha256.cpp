#include "runner/data/sha256.hpp"

#include <array>

#include <nettle/base16.h>
#include <nettle/sha2.h>

namespace runner {

struct Sha256::Context {
  sha256_ctx state;
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {
  sha256_init(&context_->state);
}

Sha256::~Sha256() = default;

void Sha256::add(std::span<const std::uint8_t> bytes) {
  sha256_update(&context_->state, bytes.size(), bytes.data());
}

void Sha256::add(std::string_view text) {
  add({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
}

std::string Sha256::hex() {
  std::array<std::uint8_t, SHA256_DIGEST_SIZE> digest;
  sha256_digest(&context_->state, digest.size(), digest.data());

  std::string hex(BASE16_ENCODE_LENGTH(SHA256_DIGEST_SIZE), '\0');
  base16_encode_update(hex.data(), digest.size(), digest.data());
  return hex;
}

std::string sha256_hex(std::span<const std::uint8_t> bytes) {
  Sha256 sum;
  sum.add(bytes);
  return sum.hex();
}

std::string sha256_hex(std::string_view text) {
  Sha256 sum;
  sum.add(text);
  return sum.hex();
}

}  // namespace runner
