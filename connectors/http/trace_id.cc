#include "http/trace_id.h"

#include <openssl/evp.h>

#include <array>

namespace millrace::http {

std::string make_trace_id(std::string_view connector, std::string_view topic,
                          std::int32_t partition, std::int64_t offset) {
  // Looked up once: by name it takes longer than the digest itself. It names a record, no more:
  // nothing rests on MD5 being hard to forge.
  static const EVP_MD* const md5 = EVP_MD_fetch(nullptr, "MD5", nullptr);
  std::string text;
  text.reserve(connector.size() + topic.size() + 31);
  text.append(connector).append(topic);
  text += std::to_string(partition);
  text += std::to_string(offset);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  EVP_Digest(text.data(), text.size(), digest.data(), nullptr, md5, nullptr);
  constexpr std::string_view digits = "0123456789abcdef";
  std::string id;
  for (std::size_t i = 0; i < 8; ++i) {
    id += digits[digest[i] >> 4];
    id += digits[digest[i] & 15];
  }
  return id;
}

}  // namespace millrace::http
