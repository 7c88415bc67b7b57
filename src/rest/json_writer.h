#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace millrace::rest {

/// Appends JSON without blanks to a text: members in the order written, UTF-8 as it is, bytes that
/// are no UTF-8 as U+FFFD. The caller keeps begin and end in balance.
/// Threads: one at a time.
class JsonWriter {
 public:
  JsonWriter& begin_object() { return open('{'); }
  JsonWriter& end_object() { return close('}'); }
  JsonWriter& begin_list() { return open('['); }
  JsonWriter& end_list() { return close(']'); }
  /// The name of the member whose value comes next.
  JsonWriter& key(std::string_view name);

  JsonWriter& string(std::string_view text);
  /// None is null.
  JsonWriter& nullable(const std::optional<std::string>& text) {
    return text ? string(std::string_view(*text)) : null();
  }
  JsonWriter& number(std::int64_t value);
  JsonWriter& number(double value);  ///< as Java writes it; infinities and NaN as texts
  JsonWriter& boolean(bool value);
  JsonWriter& null();

  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  JsonWriter& open(char bracket);
  JsonWriter& close(char bracket);
  void separate();

  std::string out_;
  bool first_ = true;  // no comma before what comes next
};

}  // namespace millrace::rest
