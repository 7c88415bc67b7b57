#pragma once

#include "millrace/result.h"

#include <string>
#include <string_view>

namespace millrace::rest {

/// JSON text as UTF-8. UTF-16 and UTF-32 are known by their byte order mark or by where the zero
/// bytes of the first characters are; anything else is taken for UTF-8 and not checked here.
/// Errors (invalid_config): a cut or impossible character.
Result<std::string> json_as_utf8(std::string_view bytes);

/// What to say of a body that the parser could not read. problem: the parser's own sentence, from
/// which the text that it had read is taken away: it may be part of a password.
Error malformed_body(std::string_view problem);

}  // namespace millrace::rest
