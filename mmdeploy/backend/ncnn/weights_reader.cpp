#include "mmdeploy/backend/ncnn/weights_reader.h"

#include <algorithm>
#include <cstring>

namespace mmdeploy::ncnn {

size_t WeightsReader::read(void* buffer, size_t size) const {
  const size_t count = std::min(size, bytes_->size() - position_);
  ran_out_ |= count < size;
  if (count > 0) std::memcpy(buffer, bytes_->data() + position_, count);
  std::memset(static_cast<char*>(buffer) + count, 0, size - count);
  position_ += count;
  return size;
}

}  // namespace mmdeploy::ncnn
