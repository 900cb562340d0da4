#include "mmdeploy/base/zip.h"

#include <gmock/gmock.h>

#include "tests/support/model_files.h"

namespace mmdeploy {
namespace {

using ::testing::HasSubstr;
using testing::ModelFiles;

Result<std::unique_ptr<ZipArchive>> Open(std::vector<char> bytes, const ZipLimits& limits = {}) {
  return ZipArchive::Open(std::make_shared<std::vector<char>>(std::move(bytes)), "m.zip", limits);
}

TEST(ZipArchive, ReadsByFullAndByBaseName) {
  const auto zip =
      Open(testing::Zip({{"a/x.txt", "one"}, {"b/x.txt", "two"}, {"b/y.txt", "three"}}));
  ASSERT_TRUE(zip) << zip.error().message();
  EXPECT_EQ(AsText(*(*zip)->Read("a/x.txt")), "one");
  EXPECT_EQ(AsText(*(*zip)->Read("y.txt")), "three");
  EXPECT_THAT((*zip)->Read("x.txt").error().message(), HasSubstr("2 files named 'x.txt'"));
  EXPECT_EQ((*zip)->Read("z.txt").error().code(), Code::kFileNotExist);
}

TEST(ZipArchive, RefusesNamesThatLeaveIt) {
  for (const char* name : {"../evil", "/etc/evil", "a/../../evil"}) {
    EXPECT_THAT(Open(testing::Zip({{name, "x"}})).error().message(),
                HasSubstr("absolute names and '..' are refused"));
  }
}

TEST(ZipArchive, RefusesTruncatedAndDamagedOnes) {
  auto bytes = testing::Zip({{"a.txt", std::string(1000, 'a') + "b"}});
  const auto cut = std::vector<char>(bytes.begin(), bytes.end() - 30);
  EXPECT_THAT(Open(cut).error().message(), HasSubstr("m.zip: not a complete zip archive"));
  bytes[45] = static_cast<char>(bytes[45] ^ 0x55);  // inside the compressed data
  const auto zip = Open(bytes);
  ASSERT_TRUE(zip);
  EXPECT_THAT((*zip)->Read("a.txt").error().message(), HasSubstr("entry 'a.txt' is corrupt"));
}

TEST(ZipArchive, KeepsLimits) {
  const auto bytes = testing::Zip({{"a", std::string(100, 'x')}, {"b", std::string(100, 'x')}});
  ZipLimits limits;
  limits.max_entries = 1;
  EXPECT_THAT(Open(bytes, limits).error().message(), HasSubstr("allowed: up to 1"));
  limits = {};
  limits.max_total_bytes = 150;
  EXPECT_EQ(Open(bytes, limits).error().code(), Code::kOutOfMemory);
}

}  // namespace
}  // namespace mmdeploy
