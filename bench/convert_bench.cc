// What one record costs in the converters that carry most of the traffic.
#include "convert/json_converter.h"
#include "convert/plain_converters.h"
#include "convert/string_converter.h"
#include "millrace/struct.h"

#include <benchmark/benchmark.h>

#include <cstdlib>
#include <memory>
#include <string>

namespace {

using namespace millrace;

const std::string line(100, 'x');

std::unique_ptr<Converter> json(const char* schemas_enable) {
  const Config config =
      convert::JsonConverter::config_def()
          .parse({{"converter.type", "value"}, {"schemas.enable", schemas_enable}})
          .value();
  std::unique_ptr<Converter> converter = std::make_unique<convert::JsonConverter>();
  if (!converter->configure(config, false)) std::abort();
  return converter;
}

void write(benchmark::State& state, Converter& converter, const SchemaPtr& schema,
           const Value& value) {
  std::vector<RawHeader> headers;
  for (auto _ : state) {
    auto bytes = converter.from_connect("topic", headers, schema, value);
    benchmark::DoNotOptimize(bytes);
  }
}

// Reads what the converter itself makes of the value.
void read(benchmark::State& state, Converter& converter, const SchemaPtr& schema,
          const Value& value) {
  std::vector<RawHeader> headers;
  const std::string bytes(converter.from_connect("topic", headers, schema, value).value().value());
  for (auto _ : state) {
    auto data = converter.to_connect("topic", headers, bytes);
    benchmark::DoNotOptimize(data);
  }
}

Value order() {
  static const SchemaPtr schema = SchemaBuilder::structure()
                                      .field("id", schemas::of(Type::int64))
                                      .field("price", schemas::of(Type::float64))
                                      .field("item", schemas::string())
                                      .field("note", schemas::optional_string())
                                      .build_checked();
  Struct value = Struct::create(schema).value();
  (void)value.put("id", std::int64_t{123456});
  (void)value.put("price", 12.75);
  (void)value.put("item", "a little wooden boat");
  return value;
}

void string_write(benchmark::State& state) {
  convert::StringConverter converter;
  write(state, converter, schemas::string(), line);
}
void string_read(benchmark::State& state) {
  convert::StringConverter converter;
  read(state, converter, schemas::string(), line);
}
void json_text_write(benchmark::State& state) {
  write(state, *json("true"), schemas::string(), line);
}
void json_text_read(benchmark::State& state) {
  read(state, *json("true"), schemas::string(), line);
}
void json_bare_text_read(benchmark::State& state) {
  read(state, *json("false"), schemas::string(), line);
}
void json_struct_write(benchmark::State& state) {
  const Value value = order();
  write(state, *json("true"), value.get_if<Struct>()->schema(), value);
}
void json_struct_read(benchmark::State& state) {
  const Value value = order();
  read(state, *json("true"), value.get_if<Struct>()->schema(), value);
}
void json_bare_struct_read(benchmark::State& state) {
  const Value value = order();
  read(state, *json("false"), value.get_if<Struct>()->schema(), value);
}

BENCHMARK(string_write);
BENCHMARK(string_read);
BENCHMARK(json_text_write);
BENCHMARK(json_text_read);
BENCHMARK(json_bare_text_read);
BENCHMARK(json_struct_write);
BENCHMARK(json_struct_read);
BENCHMARK(json_bare_struct_read);

}  // namespace

BENCHMARK_MAIN();
