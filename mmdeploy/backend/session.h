#pragma once

#include <memory>
#include <string>
#include <vector>

#include "mmdeploy/backend/engine.h"
#include "mmdeploy/base/fork.h"

namespace mmdeploy {

// A net that any number of threads call: keeps a pool of requests, checks every input before the
// engine sees it, and lets callers wait their turn where more of them would only be in each
// other's way (Net::max_concurrent_runs).
//
// In a child made by fork, requests and threads of the parent are not used: they are made anew, and
// the thread that called fork lets another one run the engine.
class Session {
 public:
  // `name` is for messages ("net 'resnet'").
  Session(std::shared_ptr<const Net> net, std::string name);
  ~Session();

  const Net& net() const { return *net_; }

  // Runs the net once. `inputs` are in the order of net().inputs() and are read in place; outputs
  // come in the order of net().outputs(), and own their memory. Both lie where the infos say.
  // Errors: kInvalidArgument (count, element type, rank, another device),
  // kOutOfRange (shape outside the allowed range), kFail (the engine's own).
  Result<std::vector<Tensor>> Run(Span<const Tensor> inputs) const;

 private:
  class RequestPool;
  Result<void> Check(Span<const Tensor> inputs) const;
  Result<std::vector<Tensor>> RunChecked(Span<const Tensor> inputs) const;

  struct Callers;

  std::shared_ptr<const Net> net_;
  std::string name_;
  std::unique_ptr<PerProcess<Callers>> callers_;
};

// What is wrong with one tensor for this input, or nothing. Also used when a model is loaded,
// with the shape that preprocessing is known to make.
Result<void> CheckInput(const TensorInfo& info, DataType dtype, const Shape& shape);

// "float32 1x3x?x? (3x32x32 .. 3x64x64)" of an input or output.
std::string Describe(const TensorInfo& info);

}  // namespace mmdeploy
