#include "mmdeploy/backend/torchscript/archive.h"

#include <gtest/gtest.h>

#include <string>

namespace mmdeploy::torchscript {
namespace {

TEST(ByteStream, ReadsAndSeeks) {
  const std::string text = "0123456789";
  const Bytes bytes = std::make_shared<const std::vector<char>>(text.begin(), text.end());
  ByteStream stream(bytes);
  stream.seekg(0, std::ios::end);
  EXPECT_EQ(stream.tellg(), 10);
  stream.seekg(4);
  std::string read(3, ' ');
  stream.read(read.data(), 3);
  EXPECT_EQ(read, "456");
  stream.seekg(-2, std::ios::cur);
  EXPECT_EQ(stream.get(), '5');
  stream.seekg(11);
  EXPECT_TRUE(stream.fail());
}

TEST(CheckArchive, RefusesWhatIsNoZip) {
  const std::string text = "PK nothing";
  const Bytes bytes = std::make_shared<const std::vector<char>>(text.begin(), text.end());
  EXPECT_FALSE(CheckArchive(bytes, "a.pt"));
}

}  // namespace
}  // namespace mmdeploy::torchscript
