#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "mmdeploy/base/result.h"

// One line of a param file and the weights that belong to it.

namespace mmdeploy::ncnn_convert {

using Param = std::variant<int64_t, float, std::vector<int64_t>, std::vector<float>>;

struct Weight {
  std::vector<float> values;
  // Preceded by four bytes that tell how the values are stored; without them always float32.
  bool tagged = false;
  // Stays float32 in a file of float16.
  bool exact = false;
};

struct Layer {
  std::string type, name;
  std::vector<std::string> inputs, outputs;
  std::map<int, Param> params;
  std::vector<Weight> weights;

  // Parameter `id`, see operators.md of ncnn.
  void Set(int id, int64_t value) { params[id] = value; }
  void Set(int id, float value) { params[id] = value; }
  void Set(int id, std::vector<int64_t> values) { params[id] = std::move(values); }
  void Set(int id, std::vector<float> values) { params[id] = std::move(values); }

  void AddTagged(std::vector<float> values) { weights.push_back({std::move(values), true, false}); }
  void AddExact(std::vector<float> values) { weights.push_back({std::move(values), true, true}); }
  void AddRaw(std::vector<float> values) { weights.push_back({std::move(values), false, true}); }
};

// Lets a BinaryOp calculate with a number as its second operand.
void SetNumber(int64_t operation, float number, Layer* layer);

// What ncnn demands of a blob's readers is one per blob: lets each blob that is read more than once
// (being an output counts) pass through a Split. Layers of type Input come first.
void InsertSplits(std::vector<Layer>* layers, const std::vector<std::string>& outputs);

// Lets the layers that make the outputs stand last, in the order of the outputs, if nobody else
// reads what they make: then no layers are needed that only bring them into this order.
void PutOutputsLast(const std::vector<std::string>& outputs, std::vector<Layer>* layers);

// The text of a param file. Errors: kOutOfRange for a number beyond 32 bits.
Result<std::string> WriteParam(const std::vector<Layer>& layers);

// The bytes of a bin file; tagged weights as float16 when `fp16_storage`.
std::string WriteBin(const std::vector<Layer>& layers, bool fp16_storage);

}  // namespace mmdeploy::ncnn_convert
