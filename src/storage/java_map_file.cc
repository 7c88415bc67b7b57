#include "storage/java_map_file.h"

#include <array>
#include <cstdint>
#include <vector>

#include <fmt/format.h>

namespace millrace::storage {
namespace {

using namespace std::literals;

// Java's serialisation: a stream header, then items that begin with a tag.
constexpr char tag_null = 0x70;
constexpr char tag_reference = 0x71;
constexpr char tag_class = 0x72;
constexpr char tag_object = 0x73;
constexpr char tag_text = 0x74;
constexpr char tag_array = 0x75;
constexpr char tag_block = 0x77;
constexpr char tag_end = 0x78;

constexpr std::string_view stream_header = "\xac\xed\x00\x05"sv;
constexpr std::string_view map_class_name = "java.util.HashMap"sv;
// Serial version, flags (it writes a block of its own), the fields loadFactor and threshold.
constexpr std::string_view map_class_rest =
    "\x05\x07\xda\xc1\xc3\x16\x60\xd1\x03\x00\x02"
    "F\x00\x0aloadFactorI\x00\x09thresholdxp"sv;
constexpr std::string_view load_factor = "\x3f\x40\x00\x00"sv;  // 0.75 as a float
constexpr std::string_view array_class =
    "r\x00\x02[B\xac\xf3\x17\xf8\x06\x08\x54\xe0\x02\x00\x00xp"sv;

// Every class, object and array of a stream can be referred to by its number. The map's class and
// the map itself are the first two.
constexpr std::uint32_t first_handle = 0x7e0000;
constexpr std::uint32_t array_class_handle = first_handle + 2;

std::string hex(std::string_view bytes) {
  std::string text;
  for (const char byte : bytes) text += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  return text;
}

class Reader {
 public:
  explicit Reader(std::string_view bytes) : bytes_(bytes) {}

  // Each step leaves either `cut_` or `error_` set where it cannot go on.
  [[nodiscard]] bool failed() const { return cut_ || error_.has_value(); }

  void read(JavaMap& map) {
    expect(stream_header, "the header of Java's serialisation (aced0005)");
    read_map_class();
    skip(8);  // load factor and threshold: the reader's own choice
    expect("\x77\x08"sv, "the map's size");
    skip(4);  // capacity
    const auto count = static_cast<std::int32_t>(number());
    if (!failed() && count < 0) fail(fmt::format("a map of {} entries", count));
    for (std::int32_t i = 0; i < count && !failed(); ++i) {
      NullableString key = item();
      NullableString value = item();
      if (!failed()) map.entries.insert_or_assign(std::move(key), std::move(value));
    }
    expect("\x78"sv, "the end of the map");
  }

  [[nodiscard]] bool cut() const { return cut_; }
  [[nodiscard]] const std::optional<std::string>& error() const { return error_; }

 private:
  void fail(std::string what) {
    if (!failed()) error_ = fmt::format("{} at byte {}", what, position_);
  }
  std::string_view take(std::size_t count) {
    if (failed()) return {};
    if (bytes_.size() - position_ < count) {
      cut_ = true;
      return {};
    }
    const std::string_view part = bytes_.substr(position_, count);
    position_ += count;
    return part;
  }
  void skip(std::size_t count) { take(count); }
  // A wrong byte is wrong even where the rest is missing.
  void expect(std::string_view wanted, std::string_view what) {
    if (failed()) return;
    const std::string_view found = bytes_.substr(position_, wanted.size());
    if (wanted.starts_with(found)) {
      take(wanted.size());
    } else {
      fail(fmt::format("{} instead of {}", hex(found), what));
    }
  }
  std::uint32_t number() {
    std::uint32_t value = 0;
    for (const char byte : take(4)) value = value << 8 | static_cast<unsigned char>(byte);
    return value;
  }
  std::string_view short_text() {
    std::size_t length = 0;
    for (const char byte : take(2)) length = length << 8 | static_cast<unsigned char>(byte);
    return take(length);
  }

  void read_map_class() {
    const std::string_view tags = take(2);
    if (failed()) return;
    if (tags != std::string{tag_object, tag_class}) {
      position_ -= 2;
      fail(tags.front() == tag_text ? "a java.lang.String instead of a java.util.HashMap"
                                    : hex(tags) + " instead of an object");
      return;
    }
    const std::string_view name = short_text();
    if (!failed() && name != map_class_name) {
      const std::string shown(name.substr(0, 200));
      fail("an object of class '" + shown + "' instead of a java.util.HashMap");
    }
    expect(map_class_rest, "the fields of java.util.HashMap");
  }

  // One key or value.
  NullableString item() {
    const std::string_view tag = take(1);
    if (failed()) return {};
    switch (tag.front()) {
      case tag_null: return {};
      case tag_reference: return referred();
      case tag_array: return array();
      case tag_text: fail("text where bytes belong"); return {};
      default: fail("tag " + hex(tag) + " where bytes belong"); return {};
    }
  }
  NullableString referred() {
    const std::uint32_t handle = number();
    const std::uint32_t index = handle - array_class_handle - 1;
    if (failed()) return {};
    if (handle <= array_class_handle || index >= arrays_.size()) {
      fail(fmt::format("a reference {:08x} to no bytes", handle));
      return {};
    }
    return std::string(arrays_[index]);
  }
  NullableString array() {
    if (arrays_.empty()) {
      expect(array_class, "the class of byte arrays");
    } else {
      expect("\x71\x00\x7e\x00\x02"sv, "the class of byte arrays");
    }
    const auto length = static_cast<std::int32_t>(number());
    if (!failed() && length < 0) fail(fmt::format("an array of {} bytes", length));
    const std::string_view content = take(length < 0 ? 0 : static_cast<std::size_t>(length));
    if (failed()) return {};
    arrays_.push_back(content);
    return std::string(content);
  }

  const std::string_view bytes_;
  std::size_t position_ = 0;
  std::vector<std::string_view> arrays_;  // by handle, from array_class_handle + 1
  bool cut_ = false;
  std::optional<std::string> error_;
};

void put_number(std::string& out, std::size_t number) {
  for (const int shift : {24, 16, 8, 0}) out += static_cast<char>(number >> shift & 0xff);
}

void put_item(std::string& out, const NullableString& item, bool& class_written) {
  if (!item) {
    out += tag_null;
    return;
  }
  out += tag_array;
  if (class_written) {
    out += tag_reference;
    put_number(out, array_class_handle);
  } else {
    out += array_class;
    class_written = true;
  }
  put_number(out, item->size());
  out += *item;
}

}  // namespace

Result<JavaMap> parse_java_map(std::string_view bytes) {
  JavaMap map;
  Reader reader(bytes);
  reader.read(map);
  if (reader.error()) return Error{ErrorCode::fatal, "found " + *reader.error()};
  if (reader.cut()) return JavaMap{{}, true};
  return map;
}

std::string write_java_map(const ByteMap& entries) {
  // The table that Java would have by now: it doubles when it is filled to more than 3/4.
  std::size_t capacity = 16;
  while (entries.size() > capacity / 4 * 3) capacity *= 2;
  std::string out(stream_header);
  out += {tag_object, tag_class, 0, static_cast<char>(map_class_name.size())};
  out += map_class_name;
  out += map_class_rest;
  out += load_factor;
  put_number(out, entries.empty() ? 0 : capacity / 4 * 3);
  out += {tag_block, 8};
  put_number(out, capacity);
  put_number(out, entries.size());
  bool class_written = false;
  for (const auto& [key, value] : entries) {
    put_item(out, key, class_written);
    put_item(out, value, class_written);
  }
  out += tag_end;
  return out;
}

}  // namespace millrace::storage
