#include "mmdeploy/verify/npz.h"

#include <gmock/gmock.h>

namespace mmdeploy {
namespace {

Bytes Npy(std::string header, const std::string& data) {
  header.resize(118, ' ');
  std::string text = "\x93NUMPY";
  text += '\x01';
  text += '\0';
  text += static_cast<char>(header.size());
  text += '\0';
  text += header + data;
  return std::make_shared<std::vector<char>>(text.begin(), text.end());
}

TEST(ParseArray, ReadsShapeAndElements) {
  const float values[6] = {1, 2, 3, 4, 5, 6};
  const auto array =
      ParseArray(Npy("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }",
                     std::string(reinterpret_cast<const char*>(values), sizeof(values))),
                 "a");
  ASSERT_TRUE(array) << array.error().message();
  EXPECT_EQ(Describe(*array), "float32 2x3");
  EXPECT_EQ(array->data<float>()[5], 6);
  EXPECT_EQ(
      Name(ParseArray(Npy("{'descr': '|u1', 'fortran_order': False, 'shape': (2,), }", "ab"), "a")
               ->shape()),
      "2");
}

TEST(ParseArray, RefusesWhatDoesNotAddUp) {
  for (const char* header : {"{'descr': '<f4', 'fortran_order': False, 'shape': (3, 3), }",
                             "{'descr': '<f4', 'fortran_order': True, 'shape': (1,), }",
                             "{'descr': '>f4', 'fortran_order': False, 'shape': (1,), }",
                             "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }",
                             "{'descr': '<f4', 'fortran_order': False}", ""}) {
    const auto array = ParseArray(Npy(header, "abcd"), "a");
    ASSERT_FALSE(array) << header;
    EXPECT_THAT(array.error().message(),
                ::testing::HasSubstr("array 'a' is not a valid .npy file"));
  }
  EXPECT_FALSE(ParseArray(std::make_shared<std::vector<char>>(5, 'x'), "a"));
}

}  // namespace
}  // namespace mmdeploy
