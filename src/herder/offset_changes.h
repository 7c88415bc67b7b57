#pragma once

#include "millrace/error.h"

#include <string>

namespace millrace {

/// Why a connector's offsets cannot be changed now.
inline Error not_stopped(const std::string& name) {
  return {ErrorCode::invalid_config,
          "Connectors must be in the STOPPED state before their offsets can be modified. This can "
          "be done for the specified connector by issuing a 'PUT' request to the '/connectors/" +
              name + "/stop' endpoint"};
}

}  // namespace millrace
