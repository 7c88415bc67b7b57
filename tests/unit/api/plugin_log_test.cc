#include "millrace/plugin_log.h"

#include "base/log.h"

#include <gmock/gmock.h>

namespace millrace {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(PluginLogTest, WritesIntoTheWorkersLogWithItsPrefix) {
  const log::Capture captured;
  const log::Context context("[orders|task-0] ");
  log_debug("com.example.Plugin", "not seen");
  log_info("com.example.Plugin", "one");
  log_warn("com.example.Plugin", "two {}");
  log_error("com.example.Plugin", "three");
  EXPECT_THAT(captured.lines(),
              ElementsAre("INFO [orders|task-0] one", "WARN [orders|task-0] two {}",
                          "ERROR [orders|task-0] three"));
}

TEST(PluginLogTest, FollowsTheLevelOfItsLogger) {
  const log::Capture captured;
  EXPECT_FALSE(log_debug_enabled("org.example.Quiet"));
  log::set_level("org.example", log::Level::error);
  log_warn("org.example.Quiet", "kept back");
  EXPECT_THAT(captured.lines(), IsEmpty());
  log::set_level("org.example", log::Level::debug);
  EXPECT_TRUE(log_debug_enabled("org.example.Quiet"));
  log_debug("org.example.Quiet", "seen");
  EXPECT_THAT(captured.lines(), ElementsAre("DEBUG seen"));
}

}  // namespace
}  // namespace millrace
