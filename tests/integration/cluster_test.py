"""Clusters of our own workers on a real broker: start, sharing, loss, requests at any worker."""

import signal
import time

from cluster import STORES, ClusterScenario
from harness import GIVEN_UP_SOON, main, wait_until


class Sharing(ClusterScenario):
    def test_a_file_streams_through_one_worker(self):
        """C1, C21: the topics are made, connectors run, and all of it is there after a restart."""
        node = self.joined(self.node())
        self.assertEqual([self.broker.topic(f"{self.name}-{kind}")["partitions"] for kind in STORES], [1, 25, 5])
        for kind in STORES:
            self.assertEqual(self.broker.topic(f"{self.name}-{kind}", "cleanup.policy")["cleanup.policy"], "compact")
        self.write("one\ntwo\n")
        source, sink = self.create(node, self.source()), self.create(node, self.sink())
        for name in source, sink:
            self.wait_states(node, name, "RUNNING", 1)
        self.wait_text("one\ntwo\n")
        self.assertEqual(node.stop(), 128 + signal.SIGTERM)

        again = self.joined(self.node())
        self.assertEqual(sorted(again.ask("GET", "/connectors")[1]), sorted([source, sink]))
        for name in source, sink:
            self.wait_states(again, name, "RUNNING", 1)
        self.write("three\n")
        self.wait_text("one\ntwo\nthree\n")
        self.assertEqual(self.ask(again, "DELETE", f"/connectors/{source}")[0], 204)
        wait_until(lambda: again.ask("GET", f"/connectors/{source}/status")[0] == 404, "it is gone")
        self.assertEqual(again.ask("GET", "/connectors")[1], [sink])

    def test_a_connector_keeps_its_offsets_in_a_topic_of_its_own(self):
        """C32: beside the worker's topic, so that leaving the setting out again loses nothing."""
        node = self.joined(self.node(offset_storage_partitions=1))
        own = self.name + "-own"
        self.write("one\ntwo\n")
        name = self.create(node, self.source(offsets_storage_topic=own))
        wait_until(lambda: self.ask(node, "GET", f"/connectors/{name}/offsets")[1]["offsets"], "the offset is stored")
        self.assertEqual(self.broker.topic(own)["partitions"], 1)

        def values(topic):
            return [one["value"] for one in self.broker.everything(topic)]
        for topic in own, f"{self.name}-offset":
            wait_until(lambda topic=topic: values(topic) and values(topic)[-1] == b'{"position":8}', f"it is in {topic}")
        self.assertEqual(self.ask(node, "PUT", f"/connectors/{name}/stop")[0], 204)
        self.wait_states(node, name, "RUNNING", 0, connector="STOPPED")
        self.assertEqual(self.ask(node, "DELETE", f"/connectors/{name}/offsets")[0], 200)
        for topic in own, f"{self.name}-offset":
            self.assertIsNone(values(topic)[-1], topic)
        self.assertEqual(self.ask(node, "GET", f"/connectors/{name}/offsets")[1], {"offsets": []})

    def test_work_is_shared_and_moves(self):
        """C8, C11, C12, C13: three workers, one leaves, comes back, is killed; then the leader is killed."""
        session = 20  # seconds: enough for a busy machine to tell a goodbye from a silence
        self.cluster["session.timeout.ms"] = session * 1000
        self.broker.create(self.name, 12)
        first = self.joined(self.node())
        second, third = self.joined(self.node(), self.node())
        name = self.create(third, self.sink(tasks_max=12, **GIVEN_UP_SOON))
        self.wait_spread(first, name, self.nodes, 12)
        begin = time.monotonic()
        third.stop()
        self.wait_spread(first, name, [first, second], 12)
        left = time.monotonic() - begin
        self.assertLess(left, session - 5, "it said goodbye\n" + "\n\n".join(node.log[-3500:] for node in self.nodes))
        third = self.joined(self.node())
        self.wait_spread(first, name, [first, second, third], 12)
        third.kill()
        begin = time.monotonic()
        self.wait_spread(first, name, [first, second], 12)
        self.assertLess(time.monotonic() - begin, session + 5)
        first.kill()  # the leader
        self.wait_spread(second, name, [second], 12)

    def test_any_worker_takes_requests(self):
        """C33, C38, C39, C40, C41, C43"""
        nodes = self.joined(self.node(), self.node())
        self.write("one\n")
        for number, node in enumerate(nodes):
            config = {**self.source(), "name": f"{self.name}-{number}"}
            name = self.create(node, config)
            self.wait_states(node, name, "RUNNING", 1)
            self.assertEqual(self.ask(node, "POST", "/connectors", {"name": name, "config": {
                key: str(value) for key, value in config.items()}})[0], 409)
            self.create(node, {**config, "batch.size": 10}, 200)
            self.wait_states(node, name, "RUNNING", 1)
            status, answer = self.ask(node, "PATCH", f"/connectors/{name}/config", {"batch.size": "20"})
            self.assertEqual((status, answer["config"]["batch.size"]), (200, "20"))
            self.wait_states(node, name, "RUNNING", 1)
            self.assertEqual(self.ask(node, "PUT", f"/connectors/{name}/pause")[0], 202)
            self.wait_states(nodes[0], name, "PAUSED", 1)
            self.assertEqual(self.ask(nodes[1], "PUT", f"/connectors/{name}/resume")[0], 202)
            self.wait_states(node, name, "RUNNING", 1)
            for path in (f"/connectors/{name}/restart", f"/connectors/{name}/tasks/0/restart"):
                self.assertEqual(self.ask(node, "POST", path)[0], 204)
            status, plan = self.ask(node, "POST", f"/connectors/{name}/restart?includeTasks=true")
            self.assertEqual((status, plan["tasks"][0]["state"]), (202, "RESTARTING"))
            self.wait_states(node, name, "RUNNING", 1)
            self.assertEqual(self.ask(node, "DELETE", f"/connectors/{name}/offsets")[0], 400)
            self.assertEqual(self.ask(node, "PUT", f"/connectors/{name}/stop")[0], 204)
            self.wait_states(node, name, "RUNNING", 0, connector="STOPPED")
            self.assertEqual(self.ask(node, "DELETE", f"/connectors/{name}/offsets")[0], 200)
            self.assertEqual(self.ask(node, "GET", f"/connectors/{name}/offsets")[1], {"offsets": []})
            self.assertEqual(self.ask(node, "PUT", f"/connectors/{name}/resume")[0], 202)
            self.wait_states(node, name, "RUNNING", 1)
            self.assertEqual(self.ask(node, "DELETE", f"/connectors/{name}")[0], 204)
            wait_until(lambda: all(one.ask("GET", "/connectors")[1] == [] for one in nodes), "it is gone")


if __name__ == "__main__":
    main()
