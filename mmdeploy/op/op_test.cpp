#include "mmdeploy/op/op.h"

#include <gmock/gmock.h>

#include <set>

namespace mmdeploy::op {
namespace {

TEST(Registry, NamesAreUniqueAndDeclarationsWhole) {
  std::set<std::string> names;
  for (const auto& op : Ops()) {
    SCOPED_TRACE(Name(op));
    for (const auto& name : op.names) EXPECT_TRUE(names.insert(Name(name)).second);
    EXPECT_FALSE(op.inputs.empty());
    EXPECT_FALSE(op.outputs.empty());
    EXPECT_TRUE(op.infer && op.reference && op.run);
    EXPECT_EQ(FindOp(op.names[0].domain, op.names[0].type), &op);
  }
  EXPECT_EQ(FindOp("mmdeploy", "no_such"), nullptr);
}

TEST(Registry, DefaultsAreAllowed) {
  for (const auto& op : Ops()) {
    SCOPED_TRACE(Name(op));
    for (const auto& def : op.attributes) {
      EXPECT_TRUE(!def.default_value ||
                  def.default_value->index() == static_cast<size_t>(def.type));
      EXPECT_EQ(def.type == AttrType::kString, !def.words.empty());
    }
  }
}

TEST(Registry, OptionalAndVariadicInputsComeLast) {
  for (const auto& op : Ops()) {
    SCOPED_TRACE(Name(op));
    auto previous = Presence::kRequired;
    for (const auto& input : op.inputs) {
      EXPECT_NE(previous, Presence::kVariadic);
      EXPECT_TRUE(previous == Presence::kRequired || input.presence == Presence::kOptional);
      previous = input.presence;
    }
  }
}

}  // namespace
}  // namespace mmdeploy::op
