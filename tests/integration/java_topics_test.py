"""A cluster that a Java worker left behind: its three topics, as they were recorded, are all that one of ours gets."""

import json
import pathlib
import urllib.parse

from cluster import STORES, ClusterScenario
from harness import main, setting, wait_until

PARTITIONS = {"connect-configs": 1, "connect-offsets": 25, "connect-status": 5}


class JavaTopics(ClusterScenario):
    def load(self, file):
        """Writes the records, each into the partition that it had; returns those of the config topic."""
        records = [json.loads(line) for line in (self.recorded / file).read_text(encoding="utf-8").splitlines()]
        for (topic, partitions), kind in zip(PARTITIONS.items(), STORES):
            self.broker.create(topic, partitions, cleanup_policy="compact")
            self.cluster[f"{kind}.storage.topic"] = topic
            for partition in range(partitions):
                lines = [record["key"] + ("" if record["value"] is None else "\t" + record["value"])
                         for record in records if (record["topic"], record["partition"]) == (topic, partition)]
                if lines:
                    given = "".join(line + "\n" for line in lines).encode()
                    self.broker.tool("keyed", topic, partition, given=given)
        return [(record["key"], record["value"]) for record in records if record["topic"] == "connect-configs"]

    def test_a_worker_takes_over_what_java_left(self):
        """C22, and M3: it says what the Java worker said, and configures no task anew."""
        self.recorded = pathlib.Path(setting("MILLRACE_TEST_DATA")) / "storage"
        self.cluster["bootstrap.servers"] = self.own_broker().address
        written = self.load("java-topics.jsonl")
        said = json.loads((self.recorded / "java-said.json").read_text(encoding="utf-8"))
        node = self.joined(self.node())
        self.assertEqual(sorted(self.ask(node, "GET", "/connectors")[1]), sorted(said))
        for name, answers in said.items():
            path = "/connectors/" + urllib.parse.quote(name)

            def state(status):
                return {"connector": status["connector"]["state"],
                        **{task["id"]: task["state"] for task in status["tasks"]}}
            if name != "failing":  # its file is not there yet, so it waits
                wait_until(lambda: state(self.ask(node, "GET", path + "/status")[1]) == state(answers["status"]),
                           lambda: (name, self.ask(node, "GET", path + "/status"), node.log[-3000:]))
            self.assertEqual(self.ask(node, "GET", path), (200, answers["info"]))
            self.assertEqual(self.ask(node, "GET", path + "/tasks"), (200, answers["tasks"]))
            topics = self.ask(node, "GET", path + "/topics")[1][name]["topics"]
            self.assertEqual(sorted(topics), answers["topics"])
            if "offsets" in answers:
                offsets = self.ask(node, "GET", path + "/offsets")[1]["offsets"]
                by_partition = lambda one: json.dumps(one["partition"], sort_keys=True)
                self.assertEqual(sorted(offsets, key=by_partition), sorted(answers["offsets"], key=by_partition))
        text = lambda one: None if one is None else one.decode()
        now = [(text(one["key"]), text(one["value"])) for one in self.broker.everything("connect-configs")]
        self.assertEqual(now[:len(written)], written)
        self.assertEqual([key for key, _ in now[len(written):] if key != "session-key"], [])


if __name__ == "__main__":
    main()
