#pragma once

#include <string>
#include <string_view>

#include "millrace/config.h"

namespace millrace::detail {

/// How a message shows a value: null as "null", a list as "[a, b]", a password as "[hidden]".
std::string shown(const Setting& setting);

std::string join(const std::vector<std::string>& texts, std::string_view separator);

}  // namespace millrace::detail
