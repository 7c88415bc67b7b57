"""What workers of a cluster say to each other over REST: forwarded requests, signatures, https."""

import base64
import json
import os
import pathlib

from harness import free_port, main, wait_until
from signing import Signing, call

CONFLICT = "Cannot complete request because of a conflicting operation (e.g. worker rebalance)"


class BetweenWorkers(Signing):
    def test_internal_requests_are_signed(self):
        """C35, H18: 400, 403, 400; a signature covers the body alone, and a forwarded request has none."""
        nodes = self.joined(self.node(), self.node())
        self.write("one\n")
        name = self.create(nodes[0], self.source())
        for node in nodes:
            self.wait_states(node, name, "RUNNING", 1)
        tasks = [task["config"] for task in self.ask(nodes[0], "GET", f"/connectors/{name}/tasks")[1]]
        body = json.dumps(tasks).encode()
        key = self.keys()[-1]
        for node in nodes:
            status, answer = self.post_tasks(node, name, body)
            self.assertEqual((status, answer["message"]), (400, "Internal request missing required signature"))
            status, answer = self.post_tasks(node, name, body, bytes([key[0] ^ 1]) + key[1:])
            self.assertEqual((status, answer["message"]), (403, "Internal request contained invalid signature."))
            status, answer = self.post_tasks(node, name, body, key, "sha512")
            self.assertEqual(status, 400)
            self.assertIn("HmacSHA512", answer["message"])
            self.assertEqual(self.post_tasks(node, name, b"{}", key)[0], 400)
        # The leader takes it; the other one sends it on unsigned, and the leader says so.
        self.assertEqual(sorted(self.post_tasks(node, name, body, key)[0] for node in nodes), [204, 400])

    def test_keys_are_replaced_and_publishing_goes_on(self):
        """C36"""
        nodes = self.joined(self.node(inter_worker_key_ttl_ms=2000), self.node(inter_worker_key_ttl_ms=2000))
        self.write("one\n")
        names = [self.create(node, {**self.source(), "name": f"{self.name}-{number}"})
                 for number, node in enumerate(nodes)]  # each worker runs one of them
        for count in 2, 3, 4:
            self.keys(count)
            for name in names:
                self.create(nodes[0], {**self.source(), "name": name, "batch.size": count}, 200)
                wait_until(lambda name=name: [task["config"].get("batch.size") for task in
                                              nodes[1].ask("GET", f"/connectors/{name}/tasks")[1]] == [str(count)],
                           lambda: f"its tasks are published\n{nodes[0].log[-3000:]}\n\n{nodes[1].log[-3000:]}")
        keys = self.keys(4)
        self.assertEqual(len(set(keys)), len(keys))
        self.assertEqual(self.post_tasks(nodes[0], names[0], b"[]", keys[0])[0], 403)

    def test_requests_go_on_twice_at_the_most(self):
        """C37"""
        nodes = self.joined(self.node(), self.node())
        answers = []
        for node in nodes:
            status, answer = call(node, "DELETE", "/connectors/nobody?forward=false")
            answers.append((status, answer["message"]))
        self.assertEqual(sorted(answers), [(404, "Connector nobody not found"), (409, CONFLICT)])
        for node in nodes:
            self.assertEqual(call(node, "DELETE", "/connectors/nobody")[1]["message"], "Connector nobody not found")

    def test_every_name_can_be_addressed_at_every_worker(self):
        nodes = self.joined(self.node(), self.node())
        self.write("one\n")
        for node in nodes:
            name = self.name + "/ü %"
            path = "/connectors/" + self.name + "%2F%C3%BC%20%25"
            config = {key: str(value) for key, value in {**self.source(), "name": name}.items()}
            self.assertEqual(self.ask(node, "POST", "/connectors", {"name": name, "config": config})[0], 201)
            self.assertEqual(self.ask(node, "PUT", path + "/config", config)[0], 200)
            self.assertEqual(self.ask(node, "PUT", path + "/stop")[0], 204)
            self.assertEqual(self.ask(node, "DELETE", path)[0], 204)
            wait_until(lambda: all(one.ask("GET", "/connectors")[1] == [] for one in nodes), "it is gone")

    def test_workers_talk_over_https_and_with_passwords(self):
        """The address that is advertised speaks TLS and asks for a certificate; both ports ask for a password."""
        stores = pathlib.Path(os.environ["MILLRACE_TEST_DATA"]) / "security" / "stores"
        folder = pathlib.Path(self.folder)
        (folder / "users.properties").write_text("alice=wonderland\n")
        (folder / "jaas.conf").write_text(
            "KafkaConnect { org.apache.kafka.connect.rest.basic.auth.extension.PropertyFileLoginModule required\n"
            f'  file="{folder}/users.properties"; }};\n')
        self.cluster.update({
            "rest.advertised.listener": "https",
            "listeners.https.ssl.keystore.location": stores / "server.p12",
            "listeners.https.ssl.keystore.password": "store-secret",
            "listeners.https.ssl.truststore.location": stores / "trust.p12",
            "listeners.https.ssl.truststore.password": "store-secret",
            "listeners.https.ssl.client.auth": "required",
            "rest.extension.classes": "BasicAuthSecurityRestExtension",
            "millrace.rest.jaas.file": folder / "jaas.conf"})
        nodes = []
        for port in free_port(), free_port():
            node = self.node(listeners=f"http://127.0.0.1:{port},https://127.0.0.1:0")
            node._port = port  # the log tells the one that is advertised
            nodes.append(node)
        alice = {"Authorization": "Basic " + base64.b64encode(b"alice:wonderland").decode()}
        for node in nodes:
            wait_until(lambda node=node: node.wait_log("started") and call(node, "GET", "/health", **alice)[0] == 200,
                       lambda node=node: f"the worker is a member\n{node.log[-3000:]}")
        self.write("one\n")
        for number, node in enumerate(nodes):
            config = {key: str(value) for key, value in {**self.source(), "name": f"{self.name}-{number}"}.items()}
            path = f"/connectors/{config['name']}"
            wait_until(lambda: call(node, "PUT", path + "/config", json.dumps(config), **alice)[0] == 201,
                       lambda: f"it is created\n{node.log[-3000:]}")
            for one in nodes:  # the tasks' configurations were sent to the leader, signed, without a password
                wait_until(lambda one=one: [task["state"] for task in
                                            (call(one, "GET", path + "/status", **alice)[1] or {}).get("tasks", [])]
                           == ["RUNNING"], lambda: "\n\n".join(node.log[-3000:] for node in nodes))
            self.assertEqual(call(node, "DELETE", path, **alice)[0], 204)


class BesideJava(Signing):
    """C33, C34, C35: each side as leader. The first worker of a group leads it."""

    def understand(self, leader, follower):
        nodes = self.joined(leader), self.joined(follower)
        self.write("one\n")
        names = []
        for number in range(4):  # each worker gets two of them, and publishes their tasks
            config = {**self.source(), "name": f"{self.name}-{number}"}
            names.append(self.create(nodes[number % 2], config))
        for name in names:
            for node in nodes:
                self.wait_states(node, name, "RUNNING", 1, seconds=120)
        workers = {node.ask("GET", f"/connectors/{name}/status")[1]["connector"]["worker_id"] for name in names}
        self.assertEqual(workers, {self.id_of(node) for node in nodes})
        self.assertEqual(call(follower, "DELETE", "/connectors/nobody?forward=false")[1]["message"], CONFLICT)
        for node in nodes:
            for name in names:
                self.assertEqual(self.ask(node, "POST", f"/connectors/{name}/restart")[0], 204)
                self.assertEqual(self.ask(node, "POST", f"/connectors/{name}/tasks/0/restart")[0], 204)
            status, plan = self.ask(node, "POST", f"/connectors/{names[0]}/restart?includeTasks=true")
            self.assertEqual((status, plan["connector"]["state"]), (202, "RESTARTING"))
            self.wait_states(node, names[0], "RUNNING", 1)
            status, info = self.ask(node, "PATCH", f"/connectors/{names[1]}/config", {"batch.size": "7"})
            self.assertEqual((status, info["config"]["batch.size"]), (200, "7"))
            status, answer = self.ask(node, "DELETE", f"/connectors/{names[0]}/offsets")
            self.assertEqual(status, 400)
            self.assertIn("must be in the STOPPED state", answer["message"])
            self.assertEqual(self.ask(node, "POST", "/connectors", {"name": names[0], "config": {
                key: str(value) for key, value in {**self.source(), "name": names[0]}.items()}})[0], 409)
            self.assertEqual(self.post_tasks(node, names[0], b"[]")[0], 400)
            self.assertEqual(self.post_tasks(node, names[0], b"[]", b"guessed")[0], 403)
        for number, name in enumerate(names):
            self.assertEqual(self.ask(nodes[number // 2], "PUT", f"/connectors/{name}/stop")[0], 204)
            self.assertEqual(self.ask(nodes[number % 2], "DELETE", f"/connectors/{name}")[0], 204)

    def test_a_java_worker_follows(self):
        leader = self.joined(self.node())
        self.understand(leader, self.node(java=True))

    def test_a_java_worker_leads(self):
        leader = self.joined(self.node(java=True))
        self.understand(leader, self.node())


if __name__ == "__main__":
    main()
