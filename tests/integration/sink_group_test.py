"""What becomes of a sink's group when its tasks come and go quickly."""

from harness import LIMIT, Scenario, main
from proxy import JOIN_GROUP, Proxy


class SinkGroup(Scenario):
    def test_a_task_that_ends_while_it_joins_holds_up_nobody(self):
        """The broker has given it a member id, and would wait for it until the session is over."""
        proxy = Proxy.of_own_broker(self)
        self.broker.create(self.name, 2)
        worker = self.worker(self.sink(tasks_max=2, consumer_override_session_timeout_ms=(LIMIT + 60) * 1000,
                                       consumer_override_heartbeat_interval_ms=500),
                             bootstrap_servers=f"127.0.0.1:{proxy.port}").started()
        self.broker.produce(self.name, ["a"], 0)
        self.wait_text("a\n")
        self.broker.produce(self.name, ["b"], 1)
        self.wait_text("a\nb\n")
        restart = "POST", f"/connectors/{self.name}-sink/tasks/1/restart"
        proxy.slow(JOIN_GROUP, 0.5)
        self.assertEqual(worker.ask(*restart)[0], 204)
        proxy.wait_slowed(LIMIT)
        self.assertEqual(worker.ask(*restart)[0], 204)
        self.broker.produce(self.name, ["c"], 0)
        self.wait_text("a\nb\nc\n")
        self.broker.produce(self.name, ["d"], 1)
        self.wait_text("a\nb\nc\nd\n")


if __name__ == "__main__":
    main()
