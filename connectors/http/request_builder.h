#pragma once

#include "http/request.h"
#include "http/settings.h"
#include "http/text_template.h"
#include "millrace/record.h"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace millrace::http {

/// Makes requests of records. What all of them have in common is worked out once.
/// Threads: the task's.
class RequestBuilder {
 public:
  explicit RequestBuilder(const Settings& settings);

  /// The id that a record is followed by: its last X-B3-TraceId header, else one made of its place.
  [[nodiscard]] std::string trace_id(const SinkRecord& record) const;

  /// One request for all of these; address, ids and templates are the first one's.
  /// Errors (bad_record): they cannot be sent as they are.
  Result<void> build(std::span<const SinkRecord* const> records, Request& out) const;

  /// What goes to the place that a reply has sent us to. Nothing: that reply itself is judged.
  /// Errors (retriable): there have been too many of them.
  [[nodiscard]] Result<std::optional<Request>> redirected(const Request& from, int status,
                                                          std::string_view location) const;

  /// A record's own part of the body.
  Result<void> append_body(std::string& out, const SinkRecord& record) const;
  /// Records share a batch only if these are equal. Empty where all may.
  Result<std::string> batch_key(const SinkRecord& record) const;

 private:
  /// A header of each request.
  struct Slot {
    enum class Kind { fixed, templated, trace, info, topic, host, content_type };
    Kind kind = Kind::fixed;
    HeaderLines::Origin origin = HeaderLines::Origin::client;
    std::string name;
    std::string value;
    TextTemplate text;
  };

  void lay_out(const Settings& settings);
  void add_headers(const SinkRecord& record, const Request& request, HeaderLines& out,
                   std::string& problem) const;
  void forward(const SinkRecord& record, HeaderLines& out) const;

  const Settings& settings_;
  std::vector<Slot> slots_;
  TextTemplate url_;
  TextTemplate batch_key_;
  std::shared_ptr<const Target> target_;  // null: of each record
};

}  // namespace millrace::http
