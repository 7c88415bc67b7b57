#include "config/flat_json.h"

#include "config/json_problem.h"

#include <nlohmann/json.hpp>

#include <string>

namespace millrace::config {

namespace {

/// Takes the parser's events; nothing but scalars and the two upper levels is kept.
class Reader final : public nlohmann::json_sax<nlohmann::json> {
 public:
  FlatJson result;
  std::string problem;

  bool null() override { return scalar(std::nullopt); }
  bool boolean(bool value) override { return scalar(value ? "true" : "false"); }
  // Only "-0" arrives here as a zero.
  bool number_integer(number_integer_t value) override {
    return scalar(value == 0 ? "-0" : std::to_string(value));
  }
  bool number_unsigned(number_unsigned_t value) override { return scalar(std::to_string(value)); }
  bool number_float(number_float_t, const string_t& text) override { return scalar(text); }
  bool string(string_t& text) override { return scalar(text); }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override {
    open();
    return true;
  }
  bool end_object() override {
    close();
    return true;
  }
  bool start_array(std::size_t) override {
    if (depth_ == 0) return refuse();
    open();
    if (depth_ == 2 && key_ == "config") result.config.reset();
    return true;
  }
  bool end_array() override {
    close();
    return true;
  }
  bool key(string_t& name) override {
    (depth_ == 1 ? key_ : inner_key_) = name;
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception& e) override {
    problem = json_problem(e.what());
    return false;
  }

 private:
  bool refuse() {
    problem = "the JSON value is no object";
    return false;
  }
  void open() {
    ++depth_;
    if (depth_ == 2) {
      result.nested = true;
      result.members.erase(key_);
      if (key_ == "config") result.config.emplace();
    }
    if (depth_ == 3 && key_ == "config") config_is_deep_ = true;
  }
  void close() {
    if (depth_ == 2 && key_ == "config" && config_is_deep_) {
      result.config.reset();
      config_is_deep_ = false;
    }
    --depth_;
  }
  bool scalar(std::optional<std::string> text) {
    if (depth_ == 0) return refuse();
    if (depth_ == 1) {
      if (key_ == "config") result.config.reset();
      result.members.set(key_, std::move(text));
    } else if (depth_ == 2 && key_ == "config" && result.config) {
      result.config->set(inner_key_, std::move(text));
    }
    return true;
  }

  int depth_ = 0;
  std::string key_;        // of the outer object
  std::string inner_key_;  // of an object inside
  bool config_is_deep_ = false;
};

}  // namespace

Result<FlatJson> parse_flat_json(std::string_view bytes) {
  Reader reader;
  const bool whole = nlohmann::json::sax_parse(bytes.begin(), bytes.end(), &reader,
                                               nlohmann::json::input_format_t::json, false);
  if (!whole) return Error(ErrorCode::invalid_config, "not read as JSON: " + reader.problem);
  return std::move(reader.result);
}

}  // namespace millrace::config
