#pragma once

#include "convert/json_document.h"
#include "millrace/result.h"
#include "storage/status.h"
#include "storage/topic_log.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace millrace::storage {

/// What a record of a storage topic holds, read as a Java worker's JsonConverter reads it.
/// Threads: one.
class RecordJson {
 public:
  /// Bytes that hold blanks alone are a null. Errors (bad_record): no JSON.
  Result<void> read(std::string_view bytes);
  /// Null where the record says null, or nothing was read. Lives until the next read, as long as
  /// the bytes do.
  [[nodiscard]] const convert::JsonNode* value() const { return value_; }

 private:
  convert::JsonDocument document_;
  std::string translated_;  // bytes that were not UTF-8
  const convert::JsonNode* value_ = nullptr;
};

// A value as a type of ours; none where it is of another type. Null stands for no such member.
std::optional<std::string> json_text(const convert::JsonNode* value);
std::optional<std::int64_t> json_integer(const convert::JsonNode* value);  ///< whole, 64 bits
std::optional<std::int32_t> json_int32(const convert::JsonNode* value);
bool is_json_null(const convert::JsonNode* value);  ///< null, or no such member

/// What is wrong with a record (bad_record); and `'tasks' is a STRING, not a number of tasks`.
Error wrong(std::string problem);
Error wrong_member(std::string_view name, const convert::JsonNode* value, std::string_view wanted);

/// A key as text; what is no UTF-8 in it is replaced, as Java does.
std::string key_text(std::string_view key);
/// The task that "foo-0" names; none where no number stands behind the last dash.
std::optional<TaskId> task_of(std::string_view name);
/// A text in quotes, cut off where it is long, with nothing in it that could break a line of the
/// log.
std::string quoted(std::string_view text);
/// `record "connector-foo" at offset 12`. with_partition: of topics with several.
std::string record_name(const LogRecord& record, bool with_partition);

}  // namespace millrace::storage
