#include "mmdeploy/backend/ncnn/convert/layers/wiring.h"

#include <algorithm>

namespace mmdeploy::ncnn_convert {

Wiring::Wiring(const std::vector<std::string>& outputs, std::vector<Layer>* layers)
    : outputs_(outputs.begin(), outputs.end()) {
  for (Layer& layer : *layers) {
    for (const std::string& blob : layer.outputs) producers_[blob] = &layer;
    for (const std::string& blob : layer.inputs) readers_[blob].push_back(&layer);
  }
}

Layer* Wiring::Producer(const std::string& blob) const {
  const auto found = producers_.find(blob);
  return found == producers_.end() ? nullptr : found->second;
}

size_t Wiring::NumReaders(const std::string& blob) const {
  const auto found = readers_.find(blob);
  return found == readers_.end() ? 0 : found->second.size();
}

void Wiring::Rename(const std::string& blob, const std::string& name) {
  Layer* producer = Producer(blob);
  std::replace(producer->outputs.begin(), producer->outputs.end(), blob, name);
  producers_.erase(blob);
  Redirect(blob, name);
  producers_[name] = producer;
}

void Wiring::Redirect(const std::string& blob, const std::string& other) {
  const auto found = readers_.find(blob);
  if (found == readers_.end()) return;
  const std::vector<Layer*> readers = std::move(found->second);
  readers_.erase(found);
  for (Layer* reader : readers) {
    std::replace(reader->inputs.begin(), reader->inputs.end(), blob, other);
    readers_[other].push_back(reader);
  }
}

void Wiring::Remove(Layer* layer) {
  for (const std::string& blob : layer->inputs) {
    std::vector<Layer*>& readers = readers_[blob];
    readers.erase(std::remove(readers.begin(), readers.end(), layer), readers.end());
  }
  for (const std::string& blob : layer->outputs) producers_.erase(blob);
  *layer = Layer();
}

void EraseUntyped(std::vector<Layer>* layers) {
  layers->erase(std::remove_if(layers->begin(), layers->end(),
                               [](const Layer& layer) { return layer.type.empty(); }),
                layers->end());
}

}  // namespace mmdeploy::ncnn_convert
