#include "mmdeploy/codebase/mmocr/head/symbols.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "mmdeploy/base/log.h"
#include "mmdeploy/base/printable.h"
#include "mmdeploy/base/suggest.h"

namespace mmdeploy::mmocr {
namespace {

constexpr char kBlank[] = "<BLK>";
constexpr char kUnknown[] = "<UKN>";
constexpr char kDictFile[] = "dict_file.txt";
constexpr char kDict36[] = "0123456789abcdefghijklmnopqrstuvwxyz";
constexpr char kDict90[] =
    "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ!\"#$%&'()*+,-./:;<=>?@[\\]_`~";

// The tokens of 1.x, whose names a dictionary may change, and those of 0.x.
struct Tokens {
  std::optional<bool> with_unknown, with_padding;
  bool with_start = true, with_end = true, same_start_end = true;
  std::string start_end = "<BOS/EOS>", start = "<BOS>", end = "<EOS>", padding = "<PAD>";
  std::optional<std::string> unknown = kUnknown;  // null: a symbol that is left out
  std::vector<std::string> ignored{"padding"};
};

bool IsUtf8(std::string_view text) {
  while (!text.empty()) {
    const size_t length = Utf8Length(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

// Errors: kFail for what is no UTF-8, and for NUL, which would end the text of callers from C.
Result<void> CheckSymbol(std::string_view symbol, const std::string& place) {
  MMDEPLOY_ENSURE(IsUtf8(symbol), Code::kFail, "{} is no UTF-8; convert the file", place);
  MMDEPLOY_ENSURE(symbol.find('\0') == symbol.npos, Code::kFail,
                  "{} holds NUL, which ends a text; leave it out", place);
  return {};
}

// Says which symbol of a dictionary stands there twice. mmocr trains with no such dictionary;
// others may, and texts are read by it all the same. `places` are those of the symbols.
void WarnOfTwins(const std::vector<std::string>& symbols, const std::vector<std::string>& places,
                 const std::string& dictionary, JsonNotes* notes) {
  std::map<std::string_view, size_t> first;
  std::string pair;
  size_t twins = 0;
  for (size_t i = 0; i < symbols.size(); ++i) {
    const auto [found, fresh] = first.emplace(symbols[i], i);
    if (fresh) continue;
    if (++twins == 1) {
      pair = fmt::format("'{}' as {} and {}", symbols[i], places[found->second], places[i]);
    }
  }
  if (twins == 0) return;
  Warn(notes, fmt::format("{} has the symbol {}{}; if one of them is a mistake, all symbols behind "
                          "it are read as their neighbours",
                          dictionary, pair,
                          twins > 1 ? fmt::format(", and {} other symbols twice", twins - 1) : ""));
}

// A symbol per line, as it stands there; empty lines are none.
Result<std::vector<std::string>> ReadDictFile(const ModuleEnv& env, const std::string& file,
                                              const JsonPath& path) {
  MMDEPLOY_ENSURE(env.model, Code::kFail, "{}: a dictionary file needs an SDK model around it",
                  path.str());
  auto bytes = env.model->ReadFile(file);
  if (!bytes) return MakeError(bytes.error().In(path.str()));
  std::string_view text = AsText(*bytes);
  if (text.substr(0, 3) == "\xEF\xBB\xBF") text.remove_prefix(3);
  std::vector<std::string> symbols, places;
  for (int number = 1; !text.empty(); ++number) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    while (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    MMDEPLOY_TRYV(CheckSymbol(line, fmt::format("{}: line {} of '{}'", path.str(), number, file)));
    if (line.empty()) continue;
    symbols.emplace_back(line);
    places.push_back(fmt::format("line {}", number));
  }
  WarnOfTwins(symbols, places, fmt::format("{}: dictionary '{}'", path.str(), file), env.notes);
  return symbols;
}

std::vector<std::string> Letters(std::string_view letters) {
  std::vector<std::string> symbols;
  for (const char letter : letters) symbols.emplace_back(1, letter);
  return symbols;
}

Result<std::vector<std::string>> ReadDictType(const std::string& name, const JsonPath& path) {
  if (name == "DICT36") return Letters(kDict36);
  if (name == "DICT37") return Letters(std::string(kDict36) + " ");
  if (name == "DICT90") return Letters(kDict90);
  if (name == "DICT91") return Letters(std::string(kDict90) + " ");
  return MakeError(Code::kFail, "{}: unknown dictionary '{}', allowed: {}", path.str(), name,
                   ListAllowed(name, {"DICT36", "DICT37", "DICT90", "DICT91"}));
}

Result<std::vector<std::string>> ReadDictionary(JsonReader& params, const ModuleEnv& env) {
  std::optional<std::string> file, type;
  std::optional<std::vector<std::string>> list;
  params.Read("dict_file", &file);
  params.Read("dict_list", &list);
  params.Read("dict_type", &type);
  if (!params.ok()) return std::vector<std::string>();  // Finish has the error
  if (file) return ReadDictFile(env, *file, params.path() / "dict_file");
  if (list) {
    const JsonPath path = params.path() / "dict_list";
    std::vector<std::string> places;
    for (size_t i = 0; i < list->size(); ++i) {
      MMDEPLOY_TRYV(CheckSymbol((*list)[i], (path / i).str()));
      places.push_back(fmt::format("element {}", i));
    }
    WarnOfTwins(*list, places, path.str(), env.notes);
    return *list;
  }
  if (type) return ReadDictType(*type, params.path() / "dict_type");
  if (env.model && env.model->HasFile(kDictFile)) {
    return ReadDictFile(env, kDictFile, params.path());
  }
  return MakeError(Code::kFail,
                   "{}: no dictionary; set dict_file (a file of the model), dict_list or dict_type",
                   params.path().str());
}

Tokens ReadTokens(JsonReader& params) {
  Tokens tokens;
  params.Read("with_unknown", &tokens.with_unknown);
  params.Read("with_start", &tokens.with_start);
  params.Read("with_end", &tokens.with_end);
  params.Read("with_padding", &tokens.with_padding);
  params.Read("same_start_end", &tokens.same_start_end);
  params.Read("start_end_same", &tokens.same_start_end);  // 0.x
  params.Read("start_end_token", &tokens.start_end);
  params.Read("start_token", &tokens.start);
  params.Read("end_token", &tokens.end);
  params.Read("padding_token", &tokens.padding);
  params.Describe("unknown_token", "string, or null", "\"<UKN>\"");
  const Json& json = params.json();
  if (json.contains("unknown_token") && json["unknown_token"].is_null()) {
    tokens.unknown.reset();
  } else {
    std::string unknown = kUnknown;
    params.Read("unknown_token", &unknown);
    tokens.unknown = unknown;
  }
  params.Read("ignore_chars", &tokens.ignored);
  return tokens;
}

// The class of a token, which is added behind the others unless the dictionary has it.
int Add(const std::string& token, Symbols* symbols) {
  const auto found = std::find(symbols->text.begin(), symbols->text.end(), token);
  const auto index = static_cast<int>(found - symbols->text.begin());
  if (found == symbols->text.end()) symbols->text.push_back(token);
  return index;
}

// The same, but always added: 0.x has the token of start and end twice.
int Append(const std::string& token, Symbols* symbols) {
  symbols->text.push_back(token);
  return static_cast<int>(symbols->text.size()) - 1;
}

// mmocr 0.x: the blank first; or the start, the end and the padding last. It adds them also to a
// dictionary that has symbols of these names; but the files of MMDeploy 0.x, which do not say
// `with_padding`, have all tokens already.
void AddTokensOf0(const Tokens& tokens, const SymbolRules& rules, bool with_unknown,
                  Symbols* symbols) {
  auto& text = symbols->text;
  const bool may_be_there = !tokens.with_padding;
  const auto add = may_be_there ? Add : Append;
  if (rules.is_ctc && !(may_be_there && !text.empty() && text[0] == kBlank)) {
    text.insert(text.begin(), kBlank);
  }
  if (rules.is_ctc) symbols->padding = 0;
  if (with_unknown) symbols->unknown = add(tokens.unknown.value_or(kUnknown), symbols);
  if (rules.is_ctc) return;
  symbols->start = symbols->end = add(tokens.start_end, symbols);
  if (!tokens.same_start_end) {
    const auto next = static_cast<size_t>(symbols->start) + 1;
    const bool is_there = next < text.size() && text[next] == tokens.start_end;
    symbols->end = is_there ? static_cast<int>(next) : Append(tokens.start_end, symbols);
  }
  // Of the decoders of 0.x only MASTER's has a class for the padding, which is the last symbol.
  symbols->may_lack_padding = !tokens.with_padding;
  if (tokens.with_padding.value_or(true)) symbols->padding = add(tokens.padding, symbols);
}

// mmocr 1.x: start and end, padding, unknown.
void AddTokensOf1(const Tokens& tokens, const SymbolRules& rules, bool with_unknown,
                  Symbols* symbols) {
  if (!rules.is_ctc && tokens.with_start && tokens.with_end && tokens.same_start_end) {
    symbols->start = symbols->end = Add(tokens.start_end, symbols);
  } else if (!rules.is_ctc) {
    if (tokens.with_start) symbols->start = Add(tokens.start, symbols);
    if (tokens.with_end) symbols->end = Add(tokens.end, symbols);
  }
  if (tokens.with_padding.value_or(true)) symbols->padding = Add(tokens.padding, symbols);
  if (with_unknown && tokens.unknown) symbols->unknown = Add(*tokens.unknown, symbols);
}

Result<void> MarkIgnored(const Tokens& tokens, const JsonPath& path, Symbols* symbols) {
  symbols->ignored.resize(symbols->text.size());
  for (const std::string& name : tokens.ignored) {
    int index = -1;
    if (name == "padding") {
      index = symbols->padding;
    } else if (name == "end") {
      index = symbols->end;
    } else if (name == "unknown") {
      index = symbols->unknown;
    } else {
      const auto found = std::find(symbols->text.begin(), symbols->text.end(), name);
      MMDEPLOY_ENSURE(found != symbols->text.end(), Code::kFail,
                      "{}: '{}' is no symbol of the dictionary, and none of 'padding', 'end', "
                      "'unknown'",
                      path.str(), name);
      index = static_cast<int>(found - symbols->text.begin());
    }
    if (index >= 0) symbols->ignored[static_cast<size_t>(index)] = true;
  }
  return {};
}

// The classes that the network tells apart, if that is known when the model is loaded.
std::optional<int64_t> KnownClasses(const ModuleEnv& env) {
  const std::vector<StaticTensor>* outputs = KnownOutputs(env);
  if (!outputs) return std::nullopt;
  for (const StaticTensor& output : *outputs) {
    const size_t rank = output.shape.size();
    if (output.name == "output" && rank == 3 && output.shape[2] > 0) return output.shape[2];
  }
  return std::nullopt;
}

// What to do about scores of another shape than [1,T,C] or, of a batch, [N,T,C].
std::string_view ShapeAdvice(const Shape& shape) {
  const bool is_time_major = shape.size() == 3 && shape[0] != 1 && shape[1] == 1;
  return is_time_major ? "; the network gives TxNxC, as PyTorch's CTC loss takes it: transpose its "
                         "first axes in the model before it is exported"
                       : "";
}

// Whether the network may give the steps of each image, by its shape. A first axis of more than one
// is a batch if the network's input has it as well, which the Net compares with what it is given.
Result<void> CheckKnownSteps(const ModuleEnv& env) {
  const std::vector<StaticTensor>* outputs = KnownOutputs(env);
  for (size_t i = 0; outputs && i < outputs->size(); ++i) {
    const StaticTensor& output = (*outputs)[i];
    const Shape& shape = output.shape;
    const bool is_wrong =
        output.name == "output" && shape.size() == 3 && !ShapeAdvice(shape).empty();
    MMDEPLOY_ENSURE(!is_wrong || shape[0] < 0, Code::kFail,
                    "the network's output 'output' has shape {}, expected NxTxC: the scores of C "
                    "classes at each of T steps{}",
                    Name(shape), ShapeAdvice(shape));
  }
  return {};
}

}  // namespace

Result<Symbols> ReadSymbols(JsonReader& params, const ModuleEnv& env, const SymbolRules& rules) {
  const Tokens tokens = ReadTokens(params);
  MMDEPLOY_TRY(const auto dictionary, ReadDictionary(params, env));
  const bool is_1 = env.model && env.model->deploy().version.ctc_blank_is_last();
  const auto make = [&](bool with_unknown) {
    Symbols symbols;
    symbols.text = dictionary;
    (is_1 ? AddTokensOf1 : AddTokensOf0)(tokens, rules, with_unknown, &symbols);
    return symbols;
  };
  // Models of 0.x leave `with_unknown` out where it is mmocr's default, that of the SDK was none.
  Symbols symbols = make(tokens.with_unknown.value_or(!rules.is_ctc && !is_1));
  const auto classes = KnownClasses(env);
  if (!tokens.with_unknown && classes &&
      *classes == static_cast<int64_t>(symbols.text.size()) + 1) {
    // It may as well be a dictionary without its last symbol.
    Warn(
        env.notes,
        fmt::format(
            "{}: with_unknown is not set, and the network tells {} classes apart, the dictionary "
            "has {} symbols with those added to it: the last class is taken for '{}'; set "
            "with_unknown, or append to the dictionary what it lacks (e.g. a line with a space)",
            params.path().str(), *classes, symbols.text.size(), tokens.unknown.value_or(kUnknown)));
    symbols = make(true);
  }
  MMDEPLOY_TRYV(MarkIgnored(tokens, params.path() / "ignore_chars", &symbols));
  return symbols;
}

Result<void> CheckClasses(int64_t num_classes, const Symbols& symbols) {
  const auto expected = static_cast<int64_t>(symbols.text.size());
  MMDEPLOY_ENSURE(
      num_classes == expected || (symbols.may_lack_padding && num_classes == expected - 1),
      Code::kFail,
      "the network tells {} classes apart, the dictionary has {} symbols with those "
      "added to it; check dict_file (or dict_list, dict_type), with_unknown and "
      "with_padding",
      num_classes, expected);
  return {};
}

Result<void> CheckKnownOutput(const ModuleEnv& env, const JsonPath& path, const Symbols& symbols) {
  const auto classes = KnownClasses(env);
  auto checked = CheckKnownSteps(env);
  if (checked && classes) checked = CheckClasses(*classes, symbols);
  if (!checked) return MakeError(checked.error().In(path.str()));
  return {};
}

Result<Steps> RequireSteps(const NamedTensors& tensors) {
  MMDEPLOY_TRY(const Tensor* output, RequireOutput(tensors, "output", 3));
  const Shape& shape = output->shape();
  MMDEPLOY_ENSURE(shape.size() == 3 && shape[0] == 1 && shape[2] > 0, Code::kFail,
                  "output 'output' has shape {}, expected 1xTxC: the scores of C classes at each "
                  "of T steps{}",
                  Name(shape), ShapeAdvice(shape));
  return Steps{output->data<float>(), shape[1], shape[2]};
}

int64_t ArgMax(const float* scores, int64_t count) {
  // The largest of every eighth score, which compilers make a vector of; then where it is.
  constexpr int64_t kLanes = 8;
  float best[kLanes];
  std::fill_n(best, kLanes, scores[0]);
  int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    for (int64_t k = 0; k < kLanes; ++k)
      best[k] = scores[i + k] > best[k] ? scores[i + k] : best[k];
  }
  for (; i < count; ++i) best[0] = std::max(best[0], scores[i]);
  const float largest = *std::max_element(best, best + kLanes);
  return std::find(scores, scores + count, largest) - scores;
}

float Probabilities::Of(const float* scores, int64_t classes, int64_t best) const {
  constexpr float kNearly = 1e-3F;
  if (!softmax_) {
    const bool valid = scores[best] >= -kNearly && scores[best] <= 1 + kNearly;
    if (!valid) {
      WarnOnce(
          fmt::format("a symbol has the score {}, which is no probability: the network seems "
                      "to give logits; set `softmax` to true",
                      scores[best]));
    }
    return scores[best];
  }
  float sum = 0, total = 0, least = 0;
  for (int64_t i = 0; i < classes; ++i) {
    // Infinite scores have no difference.
    sum += scores[i] == scores[best] ? 1 : std::exp(scores[i] - scores[best]);
    total += scores[i];
    least = std::min(least, scores[i]);
  }
  if (classes > 1 && least >= 0 && std::abs(total - 1) <= kNearly) {
    WarnOnce(
        "the scores of all classes are 1 together: the network seems to give probabilities, of "
        "which others are made; set `softmax` to false");
  }
  return 1 / sum;
}

void Probabilities::WarnOnce(const std::string& found) const {
  if (!warned_.exchange(true)) {
    Log(LogLevel::kWarning, "{}: {}. Texts are right, their scores are not", where_, found);
  }
}

}  // namespace mmdeploy::mmocr
