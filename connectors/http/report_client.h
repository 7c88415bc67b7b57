#pragma once

#include "millrace/config_map.h"
#include "millrace/result.h"

#include <string>
#include <utility>
#include <vector>

namespace millrace::http {

/// The producer of reports as librdkafka takes it.
struct ReportClient {
  std::vector<std::pair<std::string, std::string>> settings;
  std::string chain;  ///< our certificate and its issuers (PEM), which it wants as a file
};

/// Reads the settings of the producer of reports. TLS and passwords are set as
/// for every client of Kafka Connect: ssl.truststore.*, ssl.keystore.*, sasl.jaas.config; all else
/// is handed on as it is written.
/// producer: what stands behind `reporter.producer.`.
/// Errors (invalid_config): a store that cannot be read, a login module that is not known. No
/// secret is in the text.
Result<ReportClient> read_report_client(const ConfigMap& producer);

}  // namespace millrace::http
