// What a client may send: any bytes, in two pieces, through the parser, the router and the bodies.
#include "rest/body.h"
#include "rest/request_parser.h"
#include "rest/route.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace millrace::rest;
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::size_t cut = bytes.size() * data[0] / 255;
  std::string input(bytes.substr(0, cut));
  RequestParser parser({512, 1024});
  RequestParser::Step step = parser.parse(input);
  if (step == RequestParser::Step::more || step == RequestParser::Step::waiting) {
    input += bytes.substr(cut);
    step = parser.parse(input);
  }
  if (step == RequestParser::Step::done) {
    Request request = parser.take();
    (void)match(routes(), request);
  }
  (void)read_config(bytes);
  (void)read_create_request(bytes);
  return 0;
}
