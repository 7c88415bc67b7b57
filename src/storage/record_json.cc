#include "storage/record_json.h"

#include "convert/json_encoding.h"
#include "convert/json_number.h"
#include "convert/utf8.h"
#include "storage/json_text.h"

#include <charconv>
#include <limits>
#include <utility>

#include <fmt/format.h>

namespace millrace::storage {

using convert::JsonKind;
using convert::JsonNode;

Result<void> RecordJson::read(std::string_view bytes) {
  value_ = nullptr;
  const Result<std::string_view> text = convert::json_as_utf8(bytes, translated_);
  if (!text) return Error{ErrorCode::bad_record, "no JSON: " + text.error().message()};
  const Result<std::size_t> end = document_.parse(*text);
  if (!end) return Error{ErrorCode::bad_record, "no JSON: " + end.error().message()};
  const JsonNode& root = document_.root();
  if (root.kind != JsonKind::missing && root.kind != JsonKind::null) value_ = &root;
  return {};
}

std::optional<std::string> json_text(const JsonNode* value) {
  if (value == nullptr || value->kind != JsonKind::string) return std::nullopt;
  return std::string(value->text);
}

std::optional<std::int64_t> json_integer(const JsonNode* value) {
  if (value == nullptr || value->kind != JsonKind::number || !value->whole) return std::nullopt;
  std::int64_t number = 0;
  const char* end = value->text.data() + value->text.size();
  const auto [at, problem] = std::from_chars(value->text.data(), end, number);
  if (problem != std::errc() || at != end) return std::nullopt;
  return number;
}

std::optional<std::int32_t> json_int32(const JsonNode* value) {
  const std::optional<std::int64_t> number = json_integer(value);
  using Limits = std::numeric_limits<std::int32_t>;
  if (!number || *number < Limits::min() || *number > Limits::max()) return std::nullopt;
  return static_cast<std::int32_t>(*number);
}

bool is_json_null(const JsonNode* value) {
  return value == nullptr || value->kind == JsonKind::null;
}

Error wrong(std::string problem) { return Error{ErrorCode::bad_record, std::move(problem)}; }

Error wrong_member(std::string_view name, const JsonNode* value, std::string_view wanted) {
  const std::string found =
      value == nullptr ? "missing" : "a " + std::string(convert::json_kind_word(value->kind));
  return wrong(fmt::format("'{}' is {}, not {}", name, found, wanted));
}

std::string key_text(std::string_view key) {
  if (convert::is_utf8(key)) return std::string(key);
  std::string text;
  convert::append_repaired_utf8(key, text);
  return text;
}

std::optional<TaskId> task_of(std::string_view name) {
  const std::size_t dash = name.rfind('-');
  if (dash == std::string_view::npos) return std::nullopt;
  std::int32_t task = -1;
  const char* end = name.data() + name.size();
  const auto [at, problem] = std::from_chars(name.data() + dash + 1, end, task);
  if (problem != std::errc() || at != end || task < 0) return std::nullopt;
  return TaskId{std::string(name.substr(0, dash)), task};
}

std::string quoted(std::string_view text) {
  constexpr std::size_t most = 200;
  std::string out;
  append_json_text(out, key_text(text.substr(0, most)));
  return text.size() > most ? out + "…" : out;
}

std::string record_name(const LogRecord& record, bool with_partition) {
  std::string name = "record " + (record.key ? quoted(*record.key) : "without key");
  if (with_partition) name += fmt::format(" in partition {}", record.partition);
  return name + fmt::format(" at offset {}", record.offset);
}

}  // namespace millrace::storage
