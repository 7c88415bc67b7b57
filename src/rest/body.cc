#include "rest/body.h"

#include "base/ascii.h"
#include "rest/body_encoding.h"
#include "rest/http.h"

#include <utility>

#include <nlohmann/json.hpp>

namespace millrace::rest {

namespace {

/// A configuration beyond this is a mistake or an attack; looking up keys takes time that grows
/// with their number.
constexpr std::size_t max_keys = 5'000;
/// For a list of them: how many keys are looked at, all look-ups together.
constexpr std::size_t max_looks = 50'000'000;

/// Where the configuration is: it is the body, the member "config" of it, or one of a list.
enum class Shape : std::uint8_t { plain, wrapped, list };

std::string_view wanted_of(Shape shape) {
  return shape == Shape::list ? "a list of JSON objects" : "a JSON object";
}

/// Receives the events of nlohmann's parser. Every false ends it; the reason is in `error`.
class BodyEvents : public nlohmann::json_sax<nlohmann::ordered_json> {
 public:
  explicit BodyEvents(Shape shape) : shape_(shape), config_depth_(shape == Shape::plain ? 1 : 2) {}

  bool null() override { return scalar(std::nullopt); }
  bool boolean(bool value) override { return scalar(value ? "true" : "false"); }
  bool number_integer(number_integer_t value) override {
    return scalar(value == 0 ? "-0" : std::to_string(value));  // others than negatives are unsigned
  }
  bool number_unsigned(number_unsigned_t value) override { return scalar(std::to_string(value)); }
  bool number_float(number_float_t, const string_t& written) override { return scalar(written); }
  bool string(string_t& value) override { return scalar(std::move(value)); }
  bool binary(binary_t&) override { return false; }  // does not occur in JSON text

  bool start_object(std::size_t) override {
    const bool in_list = shape_ == Shape::list;
    if (depth_ == 0 && !in_list) return ++depth_ > 0;
    if (depth_ == 1 && (in_list || (shape_ == Shape::wrapped && member_ == "config"))) {
      request.config = ConfigMap();
      has_config = true;
      return ++depth_ > 0;
    }
    return refuse_nested("an object");
  }
  bool end_object() override {
    if (shape_ == Shape::list) configs.push_back(std::move(request.config));
    return --depth_ >= 0;
  }
  bool start_array(std::size_t) override {
    if (shape_ == Shape::list && depth_ == 0) return ++depth_ > 0;
    return refuse_nested("a list");
  }
  bool end_array() override { return --depth_ >= 0; }

  bool key(string_t& name) override {
    if (depth_ == config_depth_) {
      key_ = std::move(name);
      return true;
    }
    member_ = std::move(name);
    if (member_ == "name" || member_ == "config" || member_ == "initial_state") return true;
    return fail("Unrecognized field \"" + member_ +
                "\" (known are \"name\", \"config\", \"initial_state\")");
  }

  bool parse_error(std::size_t, const std::string&,
                   const nlohmann::detail::exception& problem) override {
    error = malformed_body(problem.what());
    return false;
  }

  CreateRequest request;
  std::vector<ConfigMap> configs;  // of a list
  bool has_config = false;
  std::optional<Error> error;

 private:
  bool fail(std::string message) {
    error.emplace(ErrorCode::invalid_config, std::move(message));
    return false;
  }

  /// Refuses what stands where no name is in front of it; false, so that a parser ends.
  bool refuse_whole(std::string_view found) {
    if (depth_ > 0)
      return fail("Each element must be a JSON object, but one is " + std::string(found));
    return fail("The request body must be " + std::string(wanted_of(shape_)) + ", but is " +
                std::string(found));
  }
  [[nodiscard]] bool has_no_name() const {
    return depth_ == 0 || (shape_ == Shape::list && depth_ == 1);
  }

  bool refuse_nested(std::string_view found) {
    if (has_no_name()) return refuse_whole(found);
    const std::string& name = depth_ == config_depth_ ? key_ : member_;
    return fail("The value of \"" + name + "\" must be a text, number, boolean or null, but is " +
                std::string(found));
  }

  bool scalar(std::optional<std::string> value) {
    if (has_no_name()) return refuse_whole(value ? "a single value" : "null");
    if (depth_ == config_depth_) {
      if (request.config.size() >= max_keys) {
        return fail("The configuration has more than " + std::to_string(max_keys) + " keys");
      }
      looks_ += request.config.size();
      if (looks_ > max_looks) return fail("The configurations have too many keys");
      request.config.set(std::move(key_), std::move(value));
      return true;
    }
    if (member_ == "name") return set_name(value.value_or(""));
    if (member_ == "initial_state") return set_initial_state(value);
    has_config = false;
    return !value || fail("The value of \"config\" must be an object, but is a single value");
  }

  bool set_name(std::string_view name) {
    const auto blank = [](char c) { return static_cast<unsigned char>(c) <= ' '; };
    while (!name.empty() && blank(name.front())) name.remove_prefix(1);
    while (!name.empty() && blank(name.back())) name.remove_suffix(1);
    request.name = name;
    return true;
  }

  bool set_initial_state(const std::optional<std::string>& text) {
    request.initial_state.reset();
    if (!text) return true;
    static constexpr std::pair<std::string_view, TargetState> states[] = {
        {"RUNNING", TargetState::started},
        {"PAUSED", TargetState::paused},
        {"STOPPED", TargetState::stopped}};
    for (const auto& [name, state] : states) {
      if (ascii::same_ignoring_case(*text, name)) {
        request.initial_state = state;
        return true;
      }
    }
    return fail("Invalid value '" + *text +
                "' for \"initial_state\": must be one of RUNNING, PAUSED, STOPPED");
  }

  const Shape shape_;
  const int config_depth_;
  int depth_ = 0;
  std::size_t looks_ = 0;
  std::string member_;
  std::string key_;
};

Result<BodyEvents> read(std::string_view body, Shape shape) {
  if (body.empty()) {
    return Error{ErrorCode::invalid_config,
                 "The request body is empty, but must be " + std::string(wanted_of(shape))};
  }
  const Result<std::string> text = json_as_utf8(body);
  if (!text) return text.error();
  BodyEvents events(shape);
  if (!nlohmann::ordered_json::sax_parse(*text, &events)) return std::move(*events.error);
  return events;
}

}  // namespace

Result<ConfigMap> read_config(std::string_view body) {
  Result<BodyEvents> events = read(body, Shape::plain);
  if (!events) return std::move(events.error());
  return std::move(events->request.config);
}

Result<std::string> read_log_level(std::string_view body) {
  const Result<ConfigMap> map = read_config(body);
  if (!map) return map.error();
  const std::string* level = map->find("level");
  if (level != nullptr) return *level;
  return Error{ErrorCode::invalid_config,
               "Desired 'level' parameter was not specified in request."};
}

Result<CreateRequest> read_create_request(std::string_view body) {
  Result<BodyEvents> events = read(body, Shape::wrapped);
  if (!events) return std::move(events.error());
  if (!events->has_config) {
    return Error{ErrorCode::invalid_config, "The member \"config\" is missing or null"};
  }
  return std::move(events->request);
}

Result<std::vector<ConfigMap>> read_configs(std::string_view body) {
  Result<BodyEvents> events = read(body, Shape::list);
  if (!events) return std::move(events.error());
  return std::move(events->configs);
}

}  // namespace millrace::rest
