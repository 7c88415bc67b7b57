// Has the text of a plugin, but not its function.
#include "millrace/plugin.h"

extern "C" {
__attribute__((visibility("default"), used,
               section(".millrace"))) extern const char millrace_plugin_abi[] = MILLRACE_PLUGIN_ABI;
}
