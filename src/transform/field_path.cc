#include "transform/field_path.h"

#include "data/utf16.h"

namespace millrace::transform {

namespace {

constexpr char quote = '`';

class PathReader {
 public:
  explicit PathReader(std::string_view path) : path_(path) {}

  Result<FieldPath> run() {
    FieldPath steps;
    while (true) {
      Result<std::string> step =
          path_.substr(at_).starts_with(quote) ? quoted_step() : plain_step();
      if (!step) return std::move(step.error());
      steps.push_back(*std::move(step));
      if (at_ == path_.size()) return steps;
      ++at_;  // the dot
    }
  }

 private:
  Result<std::string> plain_step() {
    const std::size_t end = std::min(path_.find('.', at_), path_.size());
    std::string step(path_.substr(at_, end - at_));
    at_ = end;
    return step;
  }

  Result<std::string> quoted_step() {
    const std::size_t start = at_++;
    std::string step;
    for (; at_ < path_.size(); ++at_) {
      const bool closes = path_[at_] == quote && (at_ + 1 == path_.size() || path_[at_ + 1] == '.');
      if (!closes) {
        step += path_[at_];
      } else if (step.ends_with('\\')) {
        step.back() = quote;
      } else {
        ++at_;
        return step;
      }
    }
    return Error{ErrorCode::invalid_config,
                 "Incomplete backtick pair in path: [" + std::string(path_) +
                     "], consider adding a backslash before backtick at position " +
                     std::to_string(data::utf16_length(path_.substr(0, start))) + " to escape it"};
  }

  const std::string_view path_;
  std::size_t at_ = 0;
};

}  // namespace

Result<FieldPath> parse_field_path(std::string_view path) { return PathReader(path).run(); }

}  // namespace millrace::transform
