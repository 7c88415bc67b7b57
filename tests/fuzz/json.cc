// JsonConverter reads whatever a topic holds. What it accepts it must be able to write, and what it
// remembers of one message must not change how the next is read.
#include "convert/json_converter.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string_view>
#include <vector>

namespace {

using namespace millrace;

std::unique_ptr<Converter> converter(const char* schemas_enable) {
  const auto config = convert::JsonConverter::config_def().parse(
      {{"converter.type", "value"}, {"schemas.enable", schemas_enable}});
  std::unique_ptr<Converter> made = std::make_unique<convert::JsonConverter>();
  if (!config || !made->configure(*config, false)) std::abort();
  return made;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const auto with_past = converter("true");
  static const auto bare = converter("false");
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  std::vector<RawHeader> headers;
  const auto first = with_past->to_connect("topic", headers, bytes);
  const auto fresh = converter("true")->to_connect("topic", headers, bytes);
  if (first.has_value() != fresh.has_value()) std::abort();
  if (first && !(*first == *fresh)) std::abort();
  if (const auto plain = bare->to_connect("topic", headers, bytes)) {
    if (!bare->from_connect("topic", headers, nullptr, plain->value)) std::abort();
  }
  return 0;
}
