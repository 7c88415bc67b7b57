#pragma once

#include "millrace/converter.h"
#include "millrace/transformation.h"

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace::pipeline {

/// The converters of one task; instances of its own.
struct Converters {
  std::unique_ptr<Converter> key;
  std::unique_ptr<Converter> value;
  std::unique_ptr<HeaderConverter> header;
  std::string key_class;
  std::string value_class;
  std::string header_class;

  /// Closes all of them, whatever one of them throws.
  void close();
};

/// The transformations of one task, in order. An empty chain costs nothing.
class TransformChain {
 public:
  TransformChain() = default;
  explicit TransformChain(std::vector<std::unique_ptr<Transformation>> steps)
      : steps_(std::move(steps)) {}

  [[nodiscard]] bool empty() const { return steps_.empty(); }
  /// The record to go on with; none: it was dropped. Not for an empty chain.
  Result<std::optional<Record>> apply(const Record& record);
  /// Closes all of them, whatever one of them throws.
  void close();

 private:
  std::vector<std::unique_ptr<Transformation>> steps_;
};

/// For reports: the class of the transformation at which the last record failed.
inline std::string_view failed_class(const TransformChain& /*chain*/) {
  return "org.apache.kafka.connect.transforms.Transformation";
}

}  // namespace millrace::pipeline
