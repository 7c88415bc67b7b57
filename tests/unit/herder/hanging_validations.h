#pragma once

#include "herder/herder.h"
#include "plugin_world.h"

#include <atomic>
#include <memory>

namespace millrace {

/// As many validations of the scripted class as there are threads for, none of which returns before
/// the gate is open.
class HangingValidations {
 public:
  static constexpr int threads = 8;

  HangingValidations(Herder& herder, Script& script, const ConfigMap& config) : script_(script) {
    script_.validate = [state = state_] {
      ++state->entered;
      state->gate.wait();
      --state->entered;
    };
    for (int i = 0; i < threads; ++i) {
      herder.validate(config,
                      [state = state_](const Result<Herder::Validation>&) { ++state->answered; });
    }
    while (state_->entered < threads) std::this_thread::yield();
  }
  ~HangingValidations() { let_go(); }
  HangingValidations(const HangingValidations&) = delete;
  HangingValidations& operator=(const HangingValidations&) = delete;

  /// Returns when all of them have been answered.
  void let_go() {
    state_->gate.open();
    while (state_->answered < threads) std::this_thread::yield();
  }

 private:
  struct State {
    Gate gate;
    std::atomic<int> entered = 0;
    std::atomic<int> answered = 0;
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
  Script& script_;
};

}  // namespace millrace
