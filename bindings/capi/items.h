#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <type_traits>
#include <vector>

#include "mmdeploy/base/tensor.h"

namespace mmdeploy::capi {

// Memory that the items of an array refer to.
struct Held {
  bool may_share = false;  // with results, of which nobody has any but this call
  std::vector<Tensor> tensors;
};

// Arrays of C structs for callers, with what they hold in front of them.
template <class Item>
class Items {
  static_assert(std::is_trivially_destructible_v<Item> &&
                alignof(Item) <= alignof(std::max_align_t));

 public:
  // `count` items of zeros.
  static Item* New(size_t count) {
    char* memory = static_cast<char*>(::operator new(kOffset + count * sizeof(Item)));
    new (memory) Held;
    auto* items = reinterpret_cast<Item*>(memory + kOffset);
    std::uninitialized_value_construct_n(items, count);
    return items;
  }

  static Held* HeldBy(Item* items) {
    return std::launder(reinterpret_cast<Held*>(reinterpret_cast<char*>(items) - kOffset));
  }

  // Accepts NULL.
  static void Delete(Item* items) {
    if (items == nullptr) return;
    Held* held = HeldBy(items);
    held->~Held();
    ::operator delete(held);
  }

 private:
  static constexpr size_t kOffset = (sizeof(Held) + alignof(std::max_align_t) - 1) /
                                    alignof(std::max_align_t) * alignof(std::max_align_t);
};

}  // namespace mmdeploy::capi
