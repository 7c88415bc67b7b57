#include "plain_plugins.h"

#include <memory>
#include <stdexcept>
#include <utility>

namespace millrace::pipeline {

namespace {

Result<void> check_convertible(const PlainPlugins& plugins, std::string_view text) {
  if (plugins.check) MILLRACE_TRY(plugins.check(text));
  if (text == "bad" && !plugins.reads_all)
    return Error{ErrorCode::bad_record, "'bad' cannot be converted"};
  if (text == "throw") throw std::runtime_error("thrown by a converter");
  return {};
}

class PlainConverter final : public Converter {
 public:
  PlainConverter(PlainPlugins& plugins, bool is_key) : plugins_(plugins), is_key_(is_key) {}
  Result<void> configure(const Config& /*config*/, bool /*is_key*/) override { return {}; }
  Result<NullableBytes> from_connect(std::string_view /*topic*/, std::vector<RawHeader>& headers,
                                     const SchemaPtr& /*schema*/, const Value& value) override {
    MILLRACE_TRY(check_convertible(plugins_, value.view()));
    if (plugins_.adds_header && !is_key_) headers.push_back({Text("added"), Bytes("by converter")});
    return value.is_null() ? NullableBytes() : NullableBytes(value.view());
  }
  Result<SchemaAndValue> to_connect(std::string_view /*topic*/,
                                    std::span<const RawHeader> /*headers*/,
                                    NullableBytes bytes) override {
    if (!bytes) return SchemaAndValue{schemas::optional_string(), nullptr};
    MILLRACE_TRY(check_convertible(plugins_, *bytes));
    return SchemaAndValue{schemas::optional_string(), Text::borrow(*bytes)};
  }
  void close() override {
    static_cast<void>(plugins_.behaviour.called(is_key_ ? "close key" : "close value"));
  }

 private:
  PlainPlugins& plugins_;
  const bool is_key_;
};

class PlainHeaderConverter final : public HeaderConverter {
 public:
  explicit PlainHeaderConverter(PlainPlugins& plugins) : plugins_(plugins) {}
  Result<void> configure(const Config& /*config*/) override { return {}; }
  Result<NullableBytes> from_connect_header(std::string_view /*topic*/, std::string_view /*key*/,
                                            const SchemaPtr& /*schema*/,
                                            const Value& value) override {
    MILLRACE_TRY(check_convertible(plugins_, value.view()));
    if (value.is_null()) return NullableBytes();
    buffer_ = value.view();  // valid until the next call only, as the interface says
    return NullableBytes(buffer_);
  }
  Result<SchemaAndValue> to_connect_header(std::string_view /*topic*/, std::string_view /*key*/,
                                           NullableBytes bytes) override {
    if (!bytes) return SchemaAndValue{};
    MILLRACE_TRY(check_convertible(plugins_, *bytes));
    return SchemaAndValue{schemas::string(), Text::borrow(*bytes)};
  }
  void close() override { static_cast<void>(plugins_.behaviour.called("close header")); }

 private:
  PlainPlugins& plugins_;
  std::string buffer_;
};

class PlainTransformation final : public Transformation {
 public:
  PlainTransformation(PlainPlugins& plugins, PlainPlugins::Step step)
      : plugins_(plugins), step_(std::move(step)) {}
  Result<void> configure(const Config& /*config*/) override { return {}; }
  Result<std::optional<Record>> apply(const Record& record) override { return step_(record); }
  void close() override { static_cast<void>(plugins_.behaviour.called("close transformation")); }

 private:
  PlainPlugins& plugins_;
  const PlainPlugins::Step step_;
};

}  // namespace

PlainPlugins::PlainPlugins(Journal& journal) : behaviour(journal) {}
PlainPlugins::~PlainPlugins() = default;

Converters PlainPlugins::converters() {
  Converters made;
  made.key = std::make_unique<PlainConverter>(*this, true);
  made.value = std::make_unique<PlainConverter>(*this, false);
  made.header = std::make_unique<PlainHeaderConverter>(*this);
  made.key_class = "test.KeyConverter";
  made.value_class = "test.ValueConverter";
  made.header_class = "test.HeaderConverter";
  return made;
}

transform::Chain PlainPlugins::chain(std::vector<Step> steps) {
  std::vector<transform::Stage> stages;
  for (Step& step : steps) {
    stages.push_back(
        {.alias = "step",
         .class_name = "test.Step",
         .transformation = std::make_unique<PlainTransformation>(*this, std::move(step))});
  }
  return transform::Chain(std::move(stages));
}

PlainPlugins::Step drops(std::string text) {
  return [text](const Record& record) -> Result<std::optional<Record>> {
    if (record.value.view() == text) return std::nullopt;
    return record;
  };
}

PlainPlugins::Step drops_all() {
  return [](const Record&) -> Result<std::optional<Record>> { return std::nullopt; };
}

PlainPlugins::Step routes_to(std::string topic) {
  return [topic](const Record& record) -> Result<std::optional<Record>> {
    Record routed = record;
    routed.topic = Text(topic);
    return routed;
  };
}

}  // namespace millrace::pipeline
