// An SDK model in C++.
#pragma once

#include <cstddef>
#include <limits>
#include <memory>
#include <string>

#include "mmdeploy/common.hpp"
#include "mmdeploy/model.h"

namespace mmdeploy {
namespace cxx {

// A model that is read but not loaded into an engine. Copies share it.
class Model {
 public:
  // From a folder or a zip file. Throws Exception.
  explicit Model(const char* path) {
    mmdeploy_model_t model{};
    ThrowIfFailed(mmdeploy_model_create_by_path(path, &model));
    model_.reset(model, mmdeploy_model_destroy);
  }
  explicit Model(const std::string& path) : Model(path.c_str()) {}

  // From the bytes of a zip file, which are copied. Throws Exception.
  Model(const void* buffer, std::size_t size) {
    if (size > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
      throw Exception(ErrorCode::eOutOfRange, "the model's buffer has " + std::to_string(size) +
                                                  " bytes, allowed: at most " +
                                                  std::to_string(std::numeric_limits<int>::max()));
    }
    mmdeploy_model_t model{};
    ThrowIfFailed(mmdeploy_model_create(buffer, static_cast<int>(size), &model));
    model_.reset(model, mmdeploy_model_destroy);
  }

  operator mmdeploy_model_t() const noexcept { return model_.get(); }  // NOLINT

 private:
  std::shared_ptr<mmdeploy_model> model_;
};

}  // namespace cxx

using cxx::Model;

}  // namespace mmdeploy
