#include "convert/charset.h"

#include "base/ascii.h"
#include "convert/errors.h"
#include "convert/utf8.h"

#include <unicode/ucnv.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

namespace millrace::convert {

namespace {

struct CloseConverter {
  void operator()(UConverter* converter) const { ucnv_close(converter); }
};
using ConverterHandle = std::unique_ptr<UConverter, CloseConverter>;

// '?' instead of each encoding's own substitute. Null: unknown to ICU.
ConverterHandle open_converter(const std::string& name) {
  UErrorCode status = U_ZERO_ERROR;
  ConverterHandle converter(ucnv_open(name.c_str(), &status));
  if (U_FAILURE(status)) return nullptr;
  ucnv_setSubstString(converter.get(), u"?", 1, &status);
  return converter;
}

std::string canonical(std::string_view name) {
  std::string result = ascii::upper(name);
  std::replace(result.begin(), result.end(), '_', '-');
  return result;
}

bool is_one_of(const std::string& name, std::initializer_list<std::string_view> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

icu::UnicodeString to_unicode(UConverter* converter, std::string_view bytes) {
  UErrorCode status = U_ZERO_ERROR;
  return {bytes.data(), static_cast<std::int32_t>(bytes.size()), converter, status};
}

void from_unicode(UConverter* converter, const icu::UnicodeString& text, std::string& out) {
  UErrorCode status = U_ZERO_ERROR;
  const std::size_t start = out.size();
  out.resize(start + static_cast<std::size_t>(UCNV_GET_MAX_BYTES_FOR_STRING(
                         text.length(), ucnv_getMaxCharSize(converter))));
  const std::int32_t size =
      ucnv_fromUChars(converter, out.data() + start, static_cast<std::int32_t>(out.size() - start),
                      text.getBuffer(), text.length(), &status);
  out.resize(start + static_cast<std::size_t>(std::max(size, 0)));
}

}  // namespace

struct Charset::Engine {
  ConverterHandle main;           // what is written, and read where there is no mark
  ConverterHandle little_endian;  // UTF-16 and UTF-32 only: read behind the other mark
};

Charset::Charset(Mark mark, std::unique_ptr<Engine> engine)
    : mark_(mark), engine_(std::move(engine)) {}
Charset::Charset(Charset&&) noexcept = default;
Charset& Charset::operator=(Charset&&) noexcept = default;
Charset::~Charset() = default;

Result<Charset> Charset::open(const std::string& name) {
  const std::string known = canonical(name);
  if (is_one_of(known, {"UTF-8", "UTF8", "UNICODE-1-1-UTF-8"})) return Charset(Mark::utf8, nullptr);
  Mark mark = Mark::none;
  auto engine = std::make_unique<Engine>();
  if (is_one_of(known, {"UTF-16", "UTF16", "UNICODE", "UNICODEBIG"})) {
    mark = Mark::utf16;
    engine->main = open_converter("UTF-16BE");
    engine->little_endian = open_converter("UTF-16LE");
  } else if (is_one_of(known, {"UTF-32", "UTF32"})) {
    mark = Mark::utf32;
    engine->main = open_converter("UTF-32BE");
    engine->little_endian = open_converter("UTF-32LE");
  } else if (!name.empty()) {
    engine->main = open_converter(name);
  }
  if (engine->main == nullptr) return unsupported_encoding(name);
  return Charset(mark, std::move(engine));
}

void Charset::encode(std::string_view text, std::string& out) {
  if (utf8()) {
    out.append(text);
    return;
  }
  if (mark_ == Mark::utf16) out.append("\xFE\xFF");
  const auto unicode = icu::UnicodeString::fromUTF8(
      icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())));
  from_unicode(engine_->main.get(), unicode, out);
}

void Charset::decode(std::string_view bytes, std::string& out) {
  if (utf8()) {
    append_repaired_utf8(bytes, out);
    return;
  }
  using namespace std::string_view_literals;
  const std::string_view big = mark_ == Mark::utf16 ? "\xFE\xFF"sv : "\0\0\xFE\xFF"sv;
  const std::string_view little = mark_ == Mark::utf16 ? "\xFF\xFE"sv : "\xFF\xFE\0\0"sv;
  UConverter* converter = engine_->main.get();
  if (mark_ != Mark::none && bytes.starts_with(big)) {
    bytes.remove_prefix(big.size());
  } else if (mark_ != Mark::none && bytes.starts_with(little)) {
    bytes.remove_prefix(little.size());
    converter = engine_->little_endian.get();
  }
  to_unicode(converter, bytes).toUTF8String(out);
}

}  // namespace millrace::convert
