// Needs a function that nobody has.
#include "millrace/plugin.h"

extern "C" void millrace_test_function_of_nobody();

MILLRACE_PLUGIN(registry) {
  static_cast<void>(registry);
  millrace_test_function_of_nobody();
}
