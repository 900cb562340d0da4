#pragma once

#include <nanobind/nanobind.h>

#include <string>
#include <vector>

#include "bindings/python/image.h"

namespace mmdeploy::python {

// Inputs of a pipeline as mmdeploy_value_create takes them: a JSON document, and the images that it
// names by their numbers. Images are held as long as this lives.
class PipelineInputs {
 public:
  // Adds an input, a list of `items`. Throws what Python is to raise for an object that is nothing
  // a pipeline takes; `name` is that of the input.
  void Add(nb::handle items, const std::string& name);

  std::string json() const { return "[" + json_ + "]"; }
  const std::vector<Mat>& mats() const { return mats_; }

 private:
  // JSON of one value; `place` says where it stands.
  std::string Describe(nb::handle value, const std::string& place);
  std::string DescribeList(nb::handle values, const std::string& place);
  std::string DescribeArray(nb::handle array, const std::string& place);
  std::string DescribeDict(const nb::dict& dict, const std::string& place);
  std::string DescribeField(nb::handle value, const std::string& place);
  std::string DescribeImage(nb::handle image, const std::string& place);

  std::string json_;
  int depth_ = 0;  // of the list that is being described
  std::vector<ImageArgument> images_;
  std::vector<Mat> mats_;
};

}  // namespace mmdeploy::python
