#pragma once

#include "millrace/record.h"
#include "millrace/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace millrace::http {

/// A text with `${…}` in it that stand for parts of a record: topic, partition, offset, timestamp,
/// key, key.FIELD, value.FIELD, header.NAME. Other words in `${…}` stay as they are.
class TextTemplate {
 public:
  enum class Use : std::uint8_t { plain, url };

  TextTemplate() = default;
  explicit TextTemplate(std::string_view text);

  [[nodiscard]] bool is_constant() const { return parts_.empty(); }
  /// url: what is put in is percent-encoded. A part that the record lacks is empty.
  /// Errors (bad_record): a line break or another control character in what is put in.
  [[nodiscard]] Result<std::string> render(const SinkRecord& record, Use use) const;

 private:
  struct Part {
    std::string before;  ///< constant text
    std::string word;
  };
  std::vector<Part> parts_;
  std::string rest_;
};

}  // namespace millrace::http
