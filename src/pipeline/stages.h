#pragma once

#include "millrace/converter.h"
#include "transform/chain.h"

#include <memory>
#include <string>
#include <string_view>

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

/// For reports: the class of the transformation at which the last record failed.
inline std::string_view failed_class(const transform::Chain& chain) {
  const transform::Stage* stage = chain.last_stage();
  return stage == nullptr ? std::string_view() : stage->class_name;
}

}  // namespace millrace::pipeline
