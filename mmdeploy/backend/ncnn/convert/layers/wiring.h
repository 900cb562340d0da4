#pragma once

#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "mmdeploy/backend/ncnn/convert/layer.h"

namespace mmdeploy::ncnn_convert {

// Who makes and who reads a blob. Layers stay where they are while it is in use.
class Wiring {
 public:
  Wiring(const std::vector<std::string>& outputs, std::vector<Layer>* layers);

  bool IsOutput(const std::string& blob) const { return outputs_.count(blob) > 0; }
  // nullptr if no layer makes it.
  Layer* Producer(const std::string& blob) const;
  // Inputs of layers that read the blob; an output of the network is not counted.
  size_t NumReaders(const std::string& blob) const;
  // The blob gets another name, which no other blob has.
  void Rename(const std::string& blob, const std::string& name);
  // Readers of `blob` read `other` from now on.
  void Redirect(const std::string& blob, const std::string& other);
  // Empties a layer, which then reads and makes nothing; see EraseUntyped.
  void Remove(Layer* layer);

 private:
  std::unordered_set<std::string> outputs_;
  std::unordered_map<std::string, Layer*> producers_;
  std::unordered_map<std::string, std::vector<Layer*>> readers_;
};

// Takes out the layers without a type.
void EraseUntyped(std::vector<Layer>* layers);

}  // namespace mmdeploy::ncnn_convert
