#include "mmdeploy/base/suggest.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>

namespace mmdeploy {
namespace {

constexpr size_t kMaxCompared = 64;  // names are short; hostile ones are cut

char Lower(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }

}  // namespace

int EditDistance(std::string_view a, std::string_view b) {
  a = a.substr(0, kMaxCompared);
  b = b.substr(0, kMaxCompared);
  std::vector<std::vector<int>> cost(a.size() + 1, std::vector<int>(b.size() + 1));
  for (size_t i = 0; i <= a.size(); ++i) cost[i][0] = static_cast<int>(i);
  for (size_t j = 0; j <= b.size(); ++j) cost[0][j] = static_cast<int>(j);
  for (size_t i = 1; i <= a.size(); ++i) {
    for (size_t j = 1; j <= b.size(); ++j) {
      const bool same = Lower(a[i - 1]) == Lower(b[j - 1]);
      cost[i][j] = std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1, cost[i - 1][j - 1] + !same});
      if (i > 1 && j > 1 && Lower(a[i - 1]) == Lower(b[j - 2]) &&
          Lower(a[i - 2]) == Lower(b[j - 1])) {
        cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
      }
    }
  }
  return cost[a.size()][b.size()];
}

std::optional<std::string> NearestMatch(std::string_view word, Span<const std::string> candidates) {
  const int limit = std::max<int>(1, static_cast<int>(word.size()) / 3);
  std::optional<std::string> best;
  int best_distance = limit + 1;
  for (const auto& candidate : candidates) {
    const int distance = EditDistance(word, candidate);
    if (distance < best_distance) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

std::string ListAllowed(std::string_view word, std::vector<std::string> candidates) {
  const auto nearest = NearestMatch(word, candidates);
  std::sort(candidates.begin(), candidates.end());
  auto text = candidates.empty() ? std::string("nothing")
                                 : fmt::format("'{}'", fmt::join(candidates, "', '"));
  if (nearest) text += fmt::format("; did you mean '{}'?", *nearest);
  return text;
}

}  // namespace mmdeploy
