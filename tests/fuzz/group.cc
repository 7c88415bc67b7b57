// What other workers and brokers may send to a group member: any bytes. What is understood must be
// written and read again to the same.
#include "group/connect_protocol.h"
#include "group/messages.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace millrace::group;
  if (size < 2) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);
  const auto version = static_cast<std::int16_t>(data[1] % 14);
  const auto within = [version](Api api) {
    const ApiSupport& support = support_of(api);
    const int count = support.newest - support.oldest + 1;
    return static_cast<std::int16_t>(support.oldest + version % count);
  };
  switch (data[0] % 12) {
    case 0:
      if (const auto read = decode_metadata(bytes)) {
        const auto again = decode_metadata(encode(*read));
        if (!again || again->url != read->url || again->config_offset != read->config_offset) {
          std::abort();
        }
      }
      break;
    case 1:
      if (const auto read = decode_assignment(bytes)) {
        auto again = decode_assignment(encode(*read));
        if (!again || again->assigned != read->assigned || again->leader != read->leader) {
          std::abort();
        }
      }
      break;
    case 2: (void)decode_api_versions(bytes, within(Api::api_versions)); break;
    case 3: (void)decode_metadata_response(bytes, within(Api::metadata)); break;
    case 4: (void)decode_find_coordinator(bytes, within(Api::find_coordinator)); break;
    case 5: (void)decode_join_group(bytes, within(Api::join_group)); break;
    case 6: (void)decode_sync_group(bytes, within(Api::sync_group)); break;
    case 7: (void)decode_heartbeat(bytes, within(Api::heartbeat)); break;
    case 8: (void)decode_leave_group(bytes, within(Api::leave_group)); break;
    case 9: (void)decode_sasl_handshake(bytes); break;
    case 10: (void)decode_sasl_authenticate(bytes, within(Api::sasl_authenticate)); break;
    default:
      (void)read_correlation(bytes);
      (void)read_answer(bytes, Api::join_group, within(Api::join_group));
      break;
  }
  return 0;
}
