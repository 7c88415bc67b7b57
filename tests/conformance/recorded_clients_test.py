"""What kcctl, Strimzi's operator and kafka-ui send, call by call: their paths, headers and bodies, down to slashes at the
end and content types without content; and the status codes and members that they insist on.

Sources: kcctl's KafkaConnectApi, Strimzi's KafkaConnectApiImpl, kafka-ui's kafka-connect-api.yaml.
"""

import http.client
import json
import pathlib
import sys
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "integration"))
from harness import Scenario, main, wait_until  # noqa: E402

JSON = "application/json"


class RecordedClients(Scenario):
    def setUp(self):
        super().setUp()
        self.broker.produce(self.name, ["a", "b"])
        self.running = self.worker().started()

    def call(self, method, path, body=None, headers=None, wanted=200):
        """Exactly these headers; the answer's body as JSON."""
        connection = http.client.HTTPConnection("127.0.0.1", self.running.port, timeout=60)
        try:
            connection.request(method, path, body if body is None or isinstance(body, str) else json.dumps(body),
                               headers or {})
            answer = connection.getresponse()
            text = answer.read().decode()
            self.assertEqual(answer.status, wanted, f"{method} {path}: {text}")
            return json.loads(text) if text else None
        finally:
            connection.close()

    def config(self, name, **more):
        return {"connector.class": "org.apache.kafka.connect.file.FileStreamSinkConnector", "tasks.max": "1",
                "file": str(self.path(name + ".txt")), "topics": self.name, **more}

    def wait_state(self, name, state, headers=None):
        path = f"/connectors/{urllib.parse.quote(name, safe='')}/status"
        wait_until(lambda: self.call("GET", path, headers=headers)["connector"]["state"] == state, f"{name} is {state}")

    def test_kcctl(self):
        # The MicroProfile client sends both headers with every call, also without a body.
        headers = {"Accept": JSON, "Content-Type": JSON, "User-Agent": "Resteasy Reactive Client"}

        def call(method, path, body=None, wanted=200):
            return self.call(method, path, body, headers, wanted)

        self.assertEqual(call("GET", "/")["version"], "4.3.0")
        kinds = {one["type"] for one in call("GET", "/connector-plugins?connectorsOnly=false")}
        self.assertLessEqual({"source", "sink", "converter", "header_converter"}, kinds)
        self.assertEqual(call("GET", "/connector-plugins/FileStreamSink/config")[0]["name"], "file")
        self.assertEqual(call("GET", "/connectors/"), [])
        config = self.config("kcctl")
        validation = call("PUT", "/connector-plugins/FileStreamSink/config/validate", {**config, "name": "kcctl"})
        self.assertEqual(validation["error_count"], 0)
        self.assertEqual(call("POST", "/connectors/", {"name": "kcctl", "config": config}, 201)["tasks"],
                         [{"connector": "kcctl", "task": 0}])
        self.assertEqual(call("PUT", "/connectors/kcctl/config", config)["type"], "sink")
        self.wait_state("kcctl", "RUNNING", headers)
        expanded = call("GET", "/connectors?expand=info&expand=status")
        self.assertEqual(list(expanded["kcctl"]), ["info", "status"])
        self.assertEqual(call("GET", "/connectors/kcctl")["name"], "kcctl")
        self.assertEqual(call("GET", "/connectors/kcctl/config")["topics"], self.name)
        wait_until(lambda: call("GET", "/connectors/kcctl/topics") == {"kcctl": {"topics": [self.name]}}, "topics")
        call("GET", "/connectors/kcctl/tasks-config", wanted=404)
        call("PUT", "/connectors/kcctl/pause", wanted=202)
        self.wait_state("kcctl", "PAUSED", headers)
        call("PUT", "/connectors/kcctl/resume", wanted=202)
        self.wait_state("kcctl", "RUNNING", headers)
        call("POST", "/connectors/kcctl/restart", wanted=204)
        call("POST", "/connectors/kcctl/tasks/0/restart", wanted=204)
        changed = call("PUT", "/admin/loggers/org.apache.kafka.connect.runtime.WorkerSinkTask", '{"level": "DEBUG"}')
        self.assertEqual(changed, ["org.apache.kafka.connect.runtime.WorkerSinkTask"])
        self.assertEqual(call("GET", "/admin/loggers/org.apache.kafka.connect.runtime.WorkerSinkTask")["level"], "DEBUG")
        self.assertEqual(call("GET", "/admin/loggers/")["root"]["level"], "INFO")
        call("PUT", "/connectors/kcctl/stop", wanted=204)
        self.wait_state("kcctl", "STOPPED", headers)
        offsets = {"offsets": [{"partition": {"kafka_topic": self.name, "kafka_partition": 0},
                                "offset": {"kafka_offset": 1}}]}
        self.assertIn("altered successfully", call("PATCH", "/connectors/kcctl/offsets", offsets)["message"])
        self.assertEqual(call("GET", "/connectors/kcctl/offsets"), offsets)
        self.assertIn("reset successfully", call("DELETE", "/connectors/kcctl/offsets")["message"])
        call("DELETE", "/connectors/kcctl", wanted=204)
        call("GET", "/connectors/kcctl", wanted=404)

    def test_strimzi(self):
        # It asks for JSON everywhere, and says that a DELETE without a body has JSON in it.
        accept = {"Accept": JSON}
        both = {"Accept": JSON, "Content-Type": JSON}
        name = self.name + ".with.dots"  # its group outlives the test
        config = self.config("strimzi", **{"tasks.max": 1, "errors.log.enable": True})  # JSON numbers and booleans
        self.assertTrue(all({"class", "type", "version"} >= set(one) for one in self.call("GET", "/connector-plugins",
                                                                                          headers=accept)))
        self.call("GET", f"/connectors/{name}/config", headers=accept, wanted=404)
        made = self.call("PUT", f"/connectors/{name}/config", config, both, 201)
        self.assertEqual((made["config"]["tasks.max"], made["config"]["errors.log.enable"]), ("1", "true"))
        self.wait_state(name, "RUNNING", accept)
        self.wait_text("a\nb\n", "strimzi.txt")
        self.assertEqual(self.call("GET", f"/connectors/{name}/config", headers=accept)["name"], name)
        self.call("PUT", f"/connectors/{name}/config", config, both, 200)
        self.assertEqual(self.call("GET", "/connectors", headers=accept), [name])
        status = self.call("GET", f"/connectors/{name}/status", headers=accept)
        self.assertEqual(set(status), {"name", "connector", "tasks", "type"})
        for step, code, state in ("pause", 202, "PAUSED"), ("resume", 202, "RUNNING"), ("stop", 204, "STOPPED"):
            self.call("PUT", f"/connectors/{name}/{step}", headers=accept, wanted=code)
            self.wait_state(name, state, accept)
        self.assertEqual(self.call("GET", f"/connectors/{name}/offsets", headers=accept)["offsets"][0]["partition"],
                         {"kafka_partition": 0, "kafka_topic": self.name})
        self.call("PATCH", f"/connectors/{name}/offsets",
                  {"offsets": [{"partition": {"kafka_partition": 0, "kafka_topic": self.name}, "offset": None}]}, both)
        self.call("DELETE", f"/connectors/{name}/offsets", headers=both)
        self.call("PUT", f"/connectors/{name}/resume", headers=accept, wanted=202)
        self.wait_state(name, "RUNNING", accept)
        restarted = self.call("POST", f"/connectors/{name}/restart?includeTasks=true&onlyFailed=false", headers=accept,
                              wanted=202)
        self.assertEqual(restarted["connector"]["state"], "RESTARTING")
        self.call("POST", f"/connectors/{name}/restart", headers=accept, wanted=204)
        self.call("POST", f"/connectors/{name}/tasks/0/restart", headers=accept, wanted=204)
        self.assertEqual(list(self.call("GET", f"/connectors/{name}/topics", headers=accept)), [name])
        # Every logger that is listed is set, root first.
        loggers = self.call("GET", "/admin/loggers/", headers=accept)
        for logger in ["root"] + sorted(set(loggers) - {"root"}):
            changed = self.call("PUT", "/admin/loggers/" + logger, {"level": "INFO"}, {"Content-Type": JSON})
            self.assertIsInstance(changed, list)
        refused = self.call("PUT", f"/connectors/{name}/config", self.config("x", **{"tasks.max": "many"}), both, 400)
        self.assertIn("tasks.max", refused["message"])
        self.call("DELETE", f"/connectors/{name}", headers=both, wanted=204)
        # Then it asks for the status until that is gone.
        self.call("GET", f"/connectors/{name}/status", headers=accept, wanted=404)

    def test_kafka_ui(self):
        # The generated WebClient sends a content type with everything; path variables are percent-encoded.
        headers = {"Accept": JSON, "Content-Type": JSON, "User-Agent": "ReactorNetty/1.1"}
        name = "sink of ui/50%"
        path = "/connectors/" + urllib.parse.quote(name, safe="")

        def call(method, target, body=None, wanted=200):
            return self.call(method, target, body, headers, wanted)

        self.assertEqual(call("GET", "/connectors?search="), [])
        made = call("POST", "/connectors", {"name": name, "config": self.config("ui")}, 201)
        self.assertEqual(set(made), {"name", "config", "tasks", "type"})
        self.wait_state(name, "RUNNING", headers)
        self.assertEqual(call("GET", "/connectors?expand=status&expand=info")[name]["info"]["type"], "sink")
        self.assertEqual(call("GET", path)["name"], name)
        self.assertEqual(call("GET", path + "/config")["name"], name)
        call("PUT", path + "/config", self.config("ui", **{"tasks.max": "2"}))
        tasks = call("GET", path + "/tasks")
        self.assertEqual([task["id"] for task in tasks], [{"connector": name, "task": 0}, {"connector": name, "task": 1}])
        wait_until(lambda: [one["state"] for one in call("GET", path + "/status")["tasks"]] == ["RUNNING"] * 2, "two run")
        self.assertEqual(call("GET", path + "/tasks/1/status")["id"], 1)
        wait_until(lambda: call("GET", path + "/topics") == {name: {"topics": [self.name]}}, "topics")
        call("POST", path + "/restart?includeTasks=false&onlyFailed=false", wanted=204)
        call("POST", path + "/restart?includeTasks=true&onlyFailed=true", wanted=202)
        call("POST", path + "/tasks/0/restart", wanted=204)
        call("PUT", path + "/pause", wanted=202)
        self.wait_state(name, "PAUSED", headers)
        call("PUT", path + "/resume", wanted=202)
        plugins = call("GET", "/connector-plugins")
        self.assertIn("org.apache.kafka.connect.file.FileStreamSinkConnector", [one["class"] for one in plugins])
        validation = call("PUT", "/connector-plugins/FileStreamSinkConnector/config/validate",
                          {**self.config("ui"), "name": name})
        self.assertEqual(set(validation), {"name", "error_count", "groups", "configs"})
        for entry in validation["configs"]:
            self.assertEqual(set(entry["value"]), {"name", "value", "recommended_values", "errors", "visible"})
            self.assertIn(entry["definition"]["type"],
                          {"BOOLEAN", "CLASS", "DOUBLE", "INT", "LIST", "LONG", "PASSWORD", "SHORT", "STRING"})
        call("PUT", path + "/stop", wanted=204)
        self.wait_state(name, "STOPPED", headers)
        call("DELETE", path + "/offsets")
        call("DELETE", path, wanted=204)
        self.assertEqual(call("GET", "/connectors"), [])


if __name__ == "__main__":
    main()
