#pragma once

#include "herder/herder.h"

namespace millrace {

/// Makes a judgement fit to be shown. It was passed on the values behind the variables, and those
/// are secrets: a setting that was given with a variable shows that again; messages, suggestions
/// and what the connector itself has filled in lose every secret that is noted (base/secrets.h).
/// What was given in the clear stays, unless its key is a Kafka client's for a secret.
/// given: the configuration as it was sent.
void hide_secrets(const ConfigMap& given, Herder::Validation& validation);

}  // namespace millrace
