#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mmdeploy/base/span.h"

namespace mmdeploy {

// Insertions, deletions, substitutions and swaps of neighbours that turn `a` into `b`
// (optimal string alignment distance), letter case ignored.
int EditDistance(std::string_view a, std::string_view b);

// The candidate that `word` was probably meant to be: the nearest one within a third of the
// word's length (at least one edit). nullopt when none is near.
std::optional<std::string> NearestMatch(std::string_view word, Span<const std::string> candidates);

// "'a', 'b', 'c'; did you mean 'b'?" for error messages.
std::string ListAllowed(std::string_view word, std::vector<std::string> candidates);

}  // namespace mmdeploy
