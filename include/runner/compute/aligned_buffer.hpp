#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <new>
#include <span>

namespace runner {

/// An array of numbers that starts on a cache line and is zero at first; its size is fixed. Move-only.
template <class T>
class AlignedBuffer {
 public:
  AlignedBuffer() = default;
  explicit AlignedBuffer(std::size_t size)
      : data_(static_cast<T*>(::operator new(size * sizeof(T) + 1, alignment))), size_(size) {
    std::memset(static_cast<void*>(data_.get()), 0, size * sizeof(T));
  }

  T* data() const noexcept { return data_.get(); }
  std::size_t size() const noexcept { return size_; }
  T& operator[](std::size_t i) const noexcept { return data_.get()[i]; }

 private:
  static constexpr std::align_val_t alignment{64};
  struct Delete {
    void operator()(T* p) const noexcept { ::operator delete(p, alignment); }
  };
  std::unique_ptr<T, Delete> data_;
  std::size_t size_ = 0;
};

}  // namespace runner
