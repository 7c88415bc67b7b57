"""The offset topic of a cluster, shared with a Java worker (C28): what it has written is found and overwritten under its
own key bytes, and it goes on from there."""

import json
import subprocess

from harness import JAVA, LIMIT, Scenario, Worker, main, setting, wait_until


class OffsetTopic(Scenario):
    def offsets(self, *arguments):
        done = subprocess.run([setting("MILLRACE_OFFSET_TOPIC_TOOL"), self.broker.address, self.name + "-offset",
                               *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=LIMIT, check=False)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        return [line for line in done.stdout.decode().splitlines() if line.startswith("{")]

    def test_java_goes_on_from_an_offset_that_we_have_changed(self):
        lines = [f"line {i}" for i in range(100, 300)]  # of 9 bytes each, with its end
        self.write("".join(line + "\n" for line in lines))
        java = Worker(self.folder, {
            "bootstrap.servers": self.broker.address, "group.id": self.name, "listeners": "http://127.0.0.1:0",
            "plugin.discovery": "only_scan", "offset.flush.interval.ms": 200,
            **{f"{kind}.storage.topic": f"{self.name}-{kind}" for kind in ("config", "offset", "status")},
            **{f"{kind}.storage.replication.factor": 1 for kind in ("config", "offset", "status")},
            "key.converter": JAVA + "storage.StringConverter", "value.converter": JAVA + "storage.StringConverter",
        }, java=True, mode="distributed")
        self.addCleanup(java.__exit__)
        java.wait_log("Kafka Connect started", 3 * LIMIT)
        source = self.source()
        name = source.pop("name")
        wait_until(lambda: java.ask("PUT", f"/connectors/{name}/config",
                                    {key: str(value) for key, value in source.items()})[0] in (200, 201),
                   lambda: f"the connector is made\n{java.log[-3000:]}")
        partition = {"filename": str(self.path("in.txt"))}
        key = json.dumps([name, partition], separators=(",", ":"))
        ours = json.dumps([name, partition], indent=1)  # the same partition in other bytes
        wait_until(lambda: self.offsets("get", key) == ['{"position":1800}'], lambda: f"{self.offsets('get', key)}")
        self.assertEqual(self.offsets("get", ours), ['{"position":1800}'])
        self.assertEqual(java.ask("PUT", f"/connectors/{name}/stop")[0], 204)
        wait_until(lambda: (java.status(name) or {}).get("connector", {}).get("state") == "STOPPED"
                   and not java.status(name)["tasks"], "it is stopped")
        self.offsets("set", ours, '{"position":900}')
        self.assertEqual(java.ask("PUT", f"/connectors/{name}/resume")[0], 202)
        wait_until(lambda: len(self.broker.values(self.name)) >= 300, "half of the lines come again")
        self.assertEqual(self.broker.values(self.name), lines + lines[100:])
        rows = [row.split("\t") for row in self.broker.tool("read", self.name + "-offset").decode().splitlines()]
        self.assertEqual({row[2] for row in rows}, {key}, "one key, whoever writes")
        self.assertEqual(len({row[0] for row in rows}), 1, "in one partition")


if __name__ == "__main__":
    main()
