#include "mmdeploy/module/place.h"
#include "mmdeploy/pipeline/modules/modules.h"

namespace mmdeploy {
namespace {

// Brings pixels and tensors to the device where a step reads them. The compiler places it.
class Copy : public Module {
 public:
  Copy(const EdgeType& found, const EdgeType& wanted) : wanted_(wanted) {
    signature_.inputs = {found};
    signature_.inputs[0].depth = 0;
    signature_.outputs = {Brought(signature_.inputs[0], wanted)};
  }

  const Signature& signature() const override { return signature_; }

  Result<Values> Run(Span<const Value> inputs, const RunContext& context) const override {
    MMDEPLOY_TRY(Value brought, Bring(inputs[0], wanted_, context.pool));
    return Values{std::move(brought)};
  }

 private:
  const EdgeType wanted_;
  Signature signature_;
};

}  // namespace

std::shared_ptr<const Module> MakeCopy(const EdgeType& found, const EdgeType& wanted) {
  return std::make_shared<Copy>(found, wanted);
}

}  // namespace mmdeploy
