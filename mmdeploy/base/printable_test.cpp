#include "mmdeploy/base/printable.h"

#include <gtest/gtest.h>

#include "mmdeploy/base/json.h"
#include "mmdeploy/base/log.h"

namespace mmdeploy {
namespace {

TEST(Printable, KeepsTextAndEscapesTheRest) {
  EXPECT_EQ(Printable("plain\ttext\n"), "plain\ttext\n");
  EXPECT_EQ(Printable("größe 北京 \xf0\x9f\x98\x80"), "größe 北京 \xf0\x9f\x98\x80");
  EXPECT_EQ(Printable("x\x9a\xffx"), "x\\x9a\\xffx");
  EXPECT_EQ(Printable("y\x1b[31mred\r\x7f"), "y\\x1b[31mred\\x0d\\x7f");
  EXPECT_EQ(Printable("\xc2\x9b"
                      "31m"),
            "\\xc2\\x9b31m");                                        // the same in one character
  EXPECT_EQ(Printable("\xc3"), "\\xc3");                             // cut off
  EXPECT_EQ(Printable("\xc0\xaf"), "\\xc0\\xaf");                    // longer than it need be
  EXPECT_EQ(Printable("\xed\xa0\x80"), "\\xed\\xa0\\x80");           // a surrogate
  EXPECT_EQ(Printable("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80");  // beyond the last
  EXPECT_EQ(Printable(std::string_view("a\0b", 3)), "a\\x00b");
}

TEST(Printable, LogsAndJsonTakeAnyName) {
  std::string line;
  SetLogSink([&](LogLevel, std::string_view message) { line = message; });
  Log(LogLevel::kError, "name '{}'", "\x1b[2J\xff");
  SetLogSink({});
  EXPECT_EQ(line, "name '\\x1b[2J\\xff'");
  EXPECT_EQ(DumpJson(Json{{"a", "\xff\x1b"}}), "{\"a\":\"\xef\xbf\xbd\\u001b\"}");
}

}  // namespace
}  // namespace mmdeploy
