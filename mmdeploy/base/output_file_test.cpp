#include "mmdeploy/base/output_file.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "mmdeploy/base/file.h"
#include "mmdeploy/base/mapped_file.h"

namespace mmdeploy {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class OutputFileTest : public ::testing::Test {
 protected:
  OutputFileTest() {
    folder_ = fs::temp_directory_path() /
              fmt::format("mmdeploy_output_{}_{}", ::getpid(),
                          ::testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::create_directories(folder_);
  }
  ~OutputFileTest() override { fs::remove_all(folder_); }

  std::string Path(const std::string& name) const { return (folder_ / name).string(); }
  std::string Content(const std::string& name) const {
    const auto bytes = ReadFile(Path(name));
    return bytes ? std::string(AsText(*bytes)) : bytes.error().message();
  }
  size_t NumFiles() const {
    return static_cast<size_t>(std::distance(fs::directory_iterator(folder_), {}));
  }

  fs::path folder_;
};

TEST_F(OutputFileTest, NothingIsLeftWithoutCommit) {
  ASSERT_TRUE(WriteFile(Path("a"), "old"));
  {
    OutputFile file(Path("a"));
    file.stream() << "new";
  }
  EXPECT_EQ(Content("a"), "old");
  EXPECT_EQ(NumFiles(), 1U);
}

TEST_F(OutputFileTest, AFileKeepsItsMode) {
  ASSERT_TRUE(WriteFile(Path("a"), "old"));
  ::chmod(Path("a").c_str(), 0664);
  ASSERT_TRUE(WriteFile(Path("a"), "new"));
  struct stat status;
  ASSERT_EQ(::stat(Path("a").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0664U);
  EXPECT_EQ(Content("a"), "new");
}

TEST_F(OutputFileTest, ALinkStaysAndItsFileIsWritten) {
  fs::create_directories(folder_ / "real");
  ASSERT_TRUE(WriteFile(Path("real/a"), "old"));
  fs::create_symlink("real/a", folder_ / "link");
  fs::create_symlink("link", folder_ / "link_to_link");
  fs::create_symlink("real/new", folder_ / "dangling");
  ASSERT_TRUE(WriteFile(Path("link_to_link"), "new"));
  ASSERT_TRUE(WriteFile(Path("dangling"), "made"));
  EXPECT_TRUE(fs::is_symlink(folder_ / "link_to_link"));
  EXPECT_TRUE(fs::is_symlink(folder_ / "dangling"));
  EXPECT_EQ(Content("real/a"), "new");
  EXPECT_EQ(Content("real/new"), "made");
}

TEST_F(OutputFileTest, APipeGetsTheContentAndStays) {
  ASSERT_EQ(::mkfifo(Path("pipe").c_str(), 0600), 0);
  std::string read;
  std::thread reader([&] {
    const auto file = MappedFile::Open(Path("pipe"), Streams::kRead);
    read = file ? std::string((*file)->bytes()) : file.error().message();
  });
  const std::string content(200000, 'x');  // more than a pipe holds
  EXPECT_TRUE(WriteFile(Path("pipe"), content));
  reader.join();
  EXPECT_EQ(read, content);
  EXPECT_TRUE(fs::is_fifo(folder_ / "pipe"));
  EXPECT_EQ(NumFiles(), 1U);
}

TEST_F(OutputFileTest, StreamsAreReadOnlyWhereTheyAreExpected) {
  ASSERT_EQ(::mkfifo(Path("pipe").c_str(), 0600), 0);
  const int keep = ::open(Path("pipe").c_str(), O_RDWR);  // else opening waits for a writer
  EXPECT_THAT(MappedFile::Open(Path("pipe")).error().message(), HasSubstr("is not a regular file"));
  ::close(keep);
}

TEST_F(OutputFileTest, AFullDiskIsAnError) {
  EXPECT_THAT(WriteFile("/dev/full", "content").error().message(),
              HasSubstr("cannot write '/dev/full': No space left"));
}

TEST_F(OutputFileTest, FoldersAreNoFiles) {
  EXPECT_THAT(WriteFile(folder_.string(), "content").error().message(),
              HasSubstr("it is a folder"));
  EXPECT_THAT(WriteFile(Path("missing/a"), "content").error().message(),
              HasSubstr("missing/a': No such file"));
  EXPECT_EQ(NumFiles(), 0U);
}

TEST_F(OutputFileTest, FilesThatBelongTogetherAreAllWrittenOrNone) {
  ASSERT_TRUE(WriteFiles({{Path("a"), "1"}, {Path("b"), "2"}}));
  EXPECT_EQ(Content("a") + Content("b"), "12");
  EXPECT_FALSE(WriteFiles({{Path("a"), "3"}, {Path("missing/b"), "4"}}));
  EXPECT_EQ(Content("a"), "1");
  EXPECT_EQ(NumFiles(), 2U);
}

TEST_F(OutputFileTest, OneNameForTwoFilesIsRefused) {
  fs::create_symlink("b", folder_ / "link");
  for (const auto& [first, second] : std::vector<std::pair<std::string, std::string>>{
           {"a", "a"}, {"a", "./a"}, {"a", "x/../a"}, {"b", "link"}}) {
    const auto written = WriteFiles({{Path(first), "1"}, {Path(second), "2"}});
    ASSERT_FALSE(written) << first << " " << second;
    EXPECT_EQ(written.error().code(), Code::kInvalidArgument);
    EXPECT_THAT(written.error().message(), HasSubstr("are the same file"));
  }
  EXPECT_TRUE(WriteFiles({{"/dev/null", "1"}, {"/dev/null", "2"}}));
  EXPECT_FALSE(WriteFiles({{"-", "1"}, {"-", "2"}}));
}

TEST_F(OutputFileTest, ACompleteFileIsMovedIntoPlace) {
  fs::create_directories(folder_ / "real");
  fs::create_symlink("real/a", folder_ / "link");
  const std::string temporary = TemporaryName(Path("link"));
  EXPECT_EQ(fs::path(temporary).parent_path(), folder_ / "real");
  std::ofstream(temporary) << "content";
  ASSERT_TRUE(MoveIntoPlace(temporary, Path("link")));
  EXPECT_TRUE(fs::is_symlink(folder_ / "link"));
  EXPECT_EQ(Content("real/a"), "content");
  EXPECT_FALSE(fs::exists(temporary));
  std::ofstream(temporary) << "content";
  EXPECT_TRUE(MoveIntoPlace(temporary, "/dev/null"));
  EXPECT_FALSE(fs::exists(temporary));
}

}  // namespace
}  // namespace mmdeploy
