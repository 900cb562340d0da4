#pragma once

#include <ncnn/datareader.h>

#include "mmdeploy/base/file.h"

namespace mmdeploy::ncnn {

// The content of a .bin file for ncnn: gives what is there, zeros behind it, and remembers if more
// was asked for than there is (ncnn would print if it got less).
class WeightsReader : public ::ncnn::DataReader {
 public:
  explicit WeightsReader(Bytes bytes) : bytes_(std::move(bytes)) {}

  size_t read(void* buffer, size_t size) const override;

  size_t consumed() const { return position_; }
  size_t size() const { return bytes_->size(); }
  bool ran_out() const { return ran_out_; }

 private:
  Bytes bytes_;
  mutable size_t position_ = 0;  // ncnn reads through a const reference
  mutable bool ran_out_ = false;
};

}  // namespace mmdeploy::ncnn
