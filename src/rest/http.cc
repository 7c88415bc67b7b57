#include "rest/http.h"

#include "base/ascii.h"

#include <algorithm>
#include <cassert>

namespace millrace::rest {

const std::string& Request::parameter(std::string_view name) const {
  const auto it = std::ranges::find(parameters, name, &NameValues::value_type::first);
  assert(it != parameters.end());
  return it->second;
}

const std::string* Request::header(std::string_view name) const {
  const auto it = std::ranges::find_if(headers, [name](const auto& header) {
    return ascii::same_ignoring_case(header.first, name);
  });
  return it == headers.end() ? nullptr : &it->second;
}

bool Request::flag(std::string_view name) const {
  const auto it = std::ranges::find(query, name, &NameValues::value_type::first);
  return it != query.end() && ascii::same_ignoring_case(it->second, "true");
}

void set_header(NameValues& headers, std::string_view name, std::string value) {
  std::erase_if(headers, [name](const auto& header) {
    return ascii::same_ignoring_case(header.first, name);
  });
  headers.emplace_back(name, std::move(value));
}

std::string_view reason_of(int status) {
  switch (status) {
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 406: return "Not Acceptable";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 413: return "Content Too Large";
    case 414: return "URI Too Long";
    case 415: return "Unsupported Media Type";
    case 417: return "Expectation Failed";
    case 426: return "Upgrade Required";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Server Error";
    case 503: return "Service Unavailable";
    case 505: return "HTTP Version Not Supported";
    default: return "Status";
  }
}

}  // namespace millrace::rest
