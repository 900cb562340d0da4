#pragma once

#include <gmock/gmock.h>

#include <algorithm>
#include <vector>

#include "mmdeploy/backend/engine.h"
#include "tests/conformance/doubling_onnx.h"

// What every engine's requests have to do in C++, beyond what the Python tests see of them through
// Session. The network takes x, float32 [?,3], and gives y = 2 * x.
namespace mmdeploy::testing {

inline Tensor Rows(int64_t rows, float value) {
  auto tensor = *Tensor::Allocate(DataType::kFloat32, {rows, 3});
  std::fill_n(tensor.data<float>(), tensor.num_elements(), value);
  return tensor;
}

class RequestContract {
 public:
  explicit RequestContract(std::shared_ptr<const Net> net)
      : net_(std::move(net)), request_(*net_->CreateRequest()) {}

  void CheckAll() {
    OutputsAreReadAfterARun();
    EngineMemoryIsFilledByTheCaller();
    CallersMemoryIsRead();
    OutputsAreWrittenToCallersMemory();
    MemoryOfAnotherShapeIsRefused();
    NoRowsGiveNoRows();
    OutputsOutliveEverything();
  }

 private:
  void SetRows(int64_t rows) {
    const std::vector<Shape> shapes{{rows, 3}};
    const auto set = request_->SetShapes(shapes);
    ASSERT_TRUE(set) << set.error().message();
  }

  void Run() {
    const auto done = request_->Run();
    ASSERT_TRUE(done) << done.error().message();
  }

  Tensor Output() {
    auto output = request_->Output(0);
    EXPECT_TRUE(output) << output.error().message();
    return output ? *output : Tensor();
  }

  void ExpectRows(const Tensor& tensor, int64_t rows, float value) {
    ASSERT_EQ(tensor.shape(), (Shape{rows, 3}));
    const float* data = tensor.data<float>();
    EXPECT_THAT(std::vector<float>(data, data + tensor.num_elements()), ::testing::Each(value));
  }

  void OutputsAreReadAfterARun() {
    const auto output = request_->Output(0);
    ASSERT_FALSE(output);
    EXPECT_THAT(output.error().message(), ::testing::HasSubstr("'y' was read before a run"));
  }

  void EngineMemoryIsFilledByTheCaller() {
    SetRows(2);
    const auto input = request_->Input(0);
    ASSERT_TRUE(input) << input.error().message();
    std::fill_n(input->data<float>(), input->num_elements(), 3.f);
    Run();
    ExpectRows(Output(), 2, 6);
  }

  void CallersMemoryIsRead() {
    for (const int64_t rows : {1, 5, 2}) {
      const Tensor input = Rows(rows, 4);
      SetRows(rows);
      ASSERT_TRUE(request_->BindInput(0, input));
      Run();
      ExpectRows(Output(), rows, 8);
    }
  }

  void OutputsAreWrittenToCallersMemory() {
    const Tensor input = Rows(2, 5), output = Rows(2, 0);
    SetRows(2);
    ASSERT_TRUE(request_->BindInput(0, input));
    ASSERT_TRUE(request_->BindOutput(0, output));
    Run();
    ExpectRows(output, 2, 10);
    EXPECT_EQ(Output().raw(), output.raw());
  }

  void MemoryOfAnotherShapeIsRefused() {
    const Tensor input = Rows(2, 1), output = Rows(1, 0);
    ASSERT_TRUE(request_->BindInput(0, input));
    ASSERT_TRUE(request_->BindOutput(0, output));
    EXPECT_FALSE(request_->Run() && request_->Output(0));
    request_ = *net_->CreateRequest();  // its state is not known after a failure
  }

  void NoRowsGiveNoRows() {
    SetRows(0);
    const Tensor input(nullptr, DataType::kFloat32, {0, 3});
    ASSERT_TRUE(request_->BindInput(0, input));
    Run();
    EXPECT_EQ(Output().shape(), (Shape{0, 3}));
  }

  void OutputsOutliveEverything() {
    const Tensor input = Rows(2, 6);
    SetRows(2);
    ASSERT_TRUE(request_->BindInput(0, input));
    Run();
    const Tensor kept = Output();
    const Tensor other = Rows(2, 7);
    ASSERT_TRUE(request_->BindInput(0, other));
    Run();
    request_.reset();
    net_.reset();
    ExpectRows(kept, 2, 12);
  }

  std::shared_ptr<const Net> net_;
  std::unique_ptr<Request> request_;
};

}  // namespace mmdeploy::testing
