#pragma once

#include <chrono>
#include <string>
#include <string_view>

struct rd_kafka_s;

namespace millrace::kafka {

/// librdkafka's log lines, in ours. Lines about lost or refused connections come at most once in
/// ten seconds for each client. Threads: any; librdkafka calls it on its own.
void log_from_client(const rd_kafka_s* client, int level, const char* facility, const char* text);

/// The same for what error callbacks bring. True: this is an error after which the client can do
/// nothing more, such as a refused login.
bool log_client_error(const rd_kafka_s* client, int code, const char* reason);

/// True at most once in so long for a key.
bool not_too_often(const std::string& key, std::chrono::milliseconds pause);

}  // namespace millrace::kafka
