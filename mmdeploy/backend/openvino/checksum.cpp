#include "mmdeploy/backend/openvino/checksum.h"

#include <cstring>
#include <fstream>
#include <vector>

namespace mmdeploy::openvino {
namespace {

constexpr const char* kSection = "mmdeploy";
constexpr const char* kKey = "weights";

class Fnv {
 public:
  // `size` is a multiple of 8 except in the last call.
  void Add(const char* data, size_t size) {
    size_ += size;
    for (; size >= sizeof(uint64_t); data += sizeof(uint64_t), size -= sizeof(uint64_t)) {
      uint64_t word;
      std::memcpy(&word, data, sizeof(word));
      Mix(word);
    }
    for (; size > 0; ++data, --size) Mix(static_cast<unsigned char>(*data));
  }

  std::string Text() const { return fmt::format("{}-{:016x}", size_, hash_); }

 private:
  void Mix(uint64_t word) {
    hash_ = (hash_ ^ word) * 0x100000001b3;
    hash_ ^= hash_ >> 32;  // brings high bits, which a multiplication never moves down, into play
  }

  uint64_t hash_ = 0xcbf29ce484222325;
  size_t size_ = 0;
};

}  // namespace

Result<std::string> Checksum(const NetFile& weights) {
  Fnv hash;
  if (weights.bytes) {
    hash.Add(weights.bytes->data(), weights.bytes->size());
    return hash.Text();
  }
  // In pieces: weights may be larger than what we want to hold twice.
  std::ifstream file(weights.path, std::ios::binary);
  MMDEPLOY_ENSURE(file, Code::kFileNotExist, "weights '{}' do not exist", weights.path);
  std::vector<char> piece(size_t{1} << 20);
  while (file.read(piece.data(), static_cast<std::streamsize>(piece.size())) || file.gcount() > 0) {
    hash.Add(piece.data(), static_cast<size_t>(file.gcount()));
  }
  return hash.Text();
}

void SetChecksum(ov::Model& model, const std::string& checksum) {
  model.set_rt_info(checksum, kSection, kKey);
}

Result<void> CheckWeights(const ov::Model& model, const NetFile& weights) {
  if (!model.has_rt_info({kSection, kKey})) return {};
  const auto& expected = model.get_rt_info<std::string>(kSection, kKey);
  MMDEPLOY_TRY(const auto found, Checksum(weights));
  MMDEPLOY_ENSURE(expected == found, Code::kFail,
                  "'{}' are not the weights of this network: their size and checksum are {}, the "
                  "network was written with {}; copy both files of one conversion",
                  weights.name, found, expected);
  return {};
}

}  // namespace mmdeploy::openvino
