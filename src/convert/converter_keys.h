#pragma once

#include "millrace/config_def.h"

namespace millrace::convert {

/// `converter.type`, which the worker sets for all but SimpleHeaderConverter.
ConfigKey converter_type_key();

}  // namespace millrace::convert
