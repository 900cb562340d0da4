// Runs a fuzz target without libFuzzer: replays the files it gets, then feeds damaged copies of
// them for some time. The input of the moment is in crash.bin when the process dies.
//
//   PROGRAM [--seconds N] [--seed N] FILE...

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

using Random = std::mt19937_64;

void Run(const std::string& input) {
  LLVMFuzzerTestOneInput(reinterpret_cast<const uint8_t*>(input.data()), input.size());
}

void Keep(const std::string& input) {
  std::ofstream("crash.bin", std::ios::binary | std::ios::trunc) << input;
}

// One of: flip a bit, set a byte to something telling, cut, repeat or remove a stretch, splice.
void Damage(const std::vector<std::string>& seeds, Random* random, std::string* input) {
  static constexpr unsigned char kTelling[] = {0, 1, 0x7f, 0x80, 0xff, '"', '<', '[', '9', '-'};
  auto below = [&](size_t limit) { return limit ? (*random)() % limit : 0; };
  if (input->empty()) *input = seeds[below(seeds.size())];
  if (input->empty()) return;
  const size_t at = below(input->size());
  const size_t length = 1 + below(std::min<size_t>(input->size() - at, 64));
  switch (below(6)) {
    case 0:
      (*input)[at] = static_cast<char>((*input)[at] ^ (1 << below(8)));
      break;
    case 1:
      (*input)[at] = static_cast<char>(kTelling[below(sizeof(kTelling))]);
      break;
    case 2:
      input->resize(at);
      break;
    case 3:
      input->insert(at, input->substr(below(input->size()), length));
      break;
    case 4:
      input->erase(at, length);
      break;
    default: {
      const std::string& other = seeds[below(seeds.size())];
      *input = input->substr(0, at) + other.substr(below(other.size() + 1));
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  long seconds = 10;
  uint64_t seed = 1;
  std::vector<std::string> seeds;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument == "--seconds" && i + 1 < argc) {
      seconds = std::atol(argv[++i]);
    } else if (argument == "--seed" && i + 1 < argc) {
      seed = std::strtoull(argv[++i], nullptr, 10);
    } else {
      std::ifstream file(argument, std::ios::binary);
      seeds.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    }
  }
  if (seeds.empty()) {
    std::fprintf(stderr, "usage: %s [--seconds N] [--seed N] FILE...\n", argv[0]);
    return 2;
  }
  for (const std::string& input : seeds) Run(input);
  Random random(seed);
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
  size_t runs = seeds.size();
  while (std::chrono::steady_clock::now() < end) {
    std::string input = seeds[random() % seeds.size()];
    for (size_t n = 1 + random() % 4; n > 0; --n) Damage(seeds, &random, &input);
    Keep(input);
    Run(input);
    ++runs;
  }
  std::remove("crash.bin");
  std::printf("%zu inputs, no finding\n", runs);
  return 0;
}
