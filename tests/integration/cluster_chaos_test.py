"""Workers that are killed, frozen, restarted, and a broker that goes: see chaos.py. Workers that are cut off need a network
of their own: cluster_chaos_network_test.py."""

from chaos import SECONDS, ChaosScenario
from harness import main


class Chaos(ChaosScenario):
    def test_nothing_is_lost(self):
        for _ in range(3):
            self.start()
        self.go_through(self.by_chance(
            [self.killed, self.frozen, self.restarted, self.broker_restarted, self.broker_killed], float(SECONDS or 40)))


if __name__ == "__main__":
    main()
