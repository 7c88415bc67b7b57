#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace {

/// What the caller does next. The consequences stand in pipeline/error_policy.h and rest/status.h.
enum class ErrorCode : std::uint8_t {
  retriable,       ///< same call again after a pause        Java: RetriableException
  bad_record,      ///< converters: errors.tolerance says    Java: DataException
  invalid_config,  ///< refused, REST 400                    Java: ConfigException
  not_found,       ///< REST 404                             Java: NotFoundException
  conflict,        ///< REST 409                             Java: AlreadyExistsException
  fatal,           ///< the task goes to FAILED              Java: ConnectException
};

/// The Java exception that clients of Kafka Connect know an error code by, with its package.
constexpr std::string_view java_class_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::retriable: return "org.apache.kafka.connect.errors.RetriableException";
    case ErrorCode::bad_record: return "org.apache.kafka.connect.errors.DataException";
    case ErrorCode::invalid_config: return "org.apache.kafka.common.config.ConfigException";
    case ErrorCode::not_found: return "org.apache.kafka.connect.errors.NotFoundException";
    case ErrorCode::conflict: return "org.apache.kafka.connect.errors.AlreadyExistsException";
    case ErrorCode::fatal: break;
  }
  return "org.apache.kafka.connect.errors.ConnectException";
}

/// An expected failure: what to do next, what happened, why, and where.
/// Small to hand around (one pointer); the text exists only once something has failed.
/// Threads: a value; two threads need two copies.
/// Source:  org.apache.kafka.connect.errors in Kafka Connect 4.3.
class Error {
 public:
  /// message: names the thing and its value, and never holds a secret.
  Error(ErrorCode code, std::string message)
      : Error(code, java_class_of(code), std::move(message)) {}

  /// java_class: a full class name, shown in traces and dead letter headers; alerts match on it.
  Error(ErrorCode code, std::string_view java_class, std::string message)
      : body_(std::make_unique<Body>(
            Body{code, std::string(java_class), std::move(message), nullptr, {}})) {}

  Error(const Error& other) : body_(std::make_unique<Body>(*other.body_)) {}
  Error(Error&&) noexcept = default;
  Error& operator=(const Error& other) { return *this = Error(other); }
  Error& operator=(Error&&) noexcept = default;
  ~Error() = default;

  [[nodiscard]] ErrorCode code() const { return body_->code; }
  [[nodiscard]] const std::string& java_class() const { return body_->java_class; }
  [[nodiscard]] const std::string& message() const { return body_->message; }
  /// What this error was made from, or null.
  [[nodiscard]] const Error* cause() const { return body_->cause.get(); }
  /// Where it happened, innermost first: "stage VALUE_CONVERTER", "orders-0@17".
  [[nodiscard]] const std::vector<std::string>& context() const { return body_->context; }

  [[nodiscard]] Error caused_by(Error cause) && {
    body_->cause = std::make_shared<const Error>(std::move(cause));
    return std::move(*this);
  }
  [[nodiscard]] Error at(std::string place) && {
    body_->context.push_back(std::move(place));
    return std::move(*this);
  }

  /// The text that REST shows as `trace`: `<class>: <message>`, one indented line a level of
  /// context, then the same for each cause behind `Caused by: `. Every line ends with a newline.
  [[nodiscard]] std::string trace() const {
    std::string text;
    const char* lead = "";
    for (const Error* error = this; error != nullptr; error = error->cause()) {
      text += lead + error->java_class() + ": " + error->message() + "\n";
      for (const std::string& place : error->context()) text += "\tat " + place + "\n";
      lead = "Caused by: ";
    }
    return text;
  }

 private:
  struct Body {
    ErrorCode code;
    std::string java_class;
    std::string message;
    std::shared_ptr<const Error>
        cause;  // shared: an error is copied when it is stored and thrown on
    std::vector<std::string> context;
  };
  std::unique_ptr<Body> body_;
};

}  // namespace millrace
