"""Configuration providers (T68), the examples of docs/config-providers.md, and secrets that must not show anywhere."""

import json
import os
import pathlib
import re
import unittest.mock

from harness import JAVA, Scenario, main, setting, wait_until

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "config-providers.md").read_text()
PROVIDER = "org.apache.kafka.common.config.provider."


def example(name, folder="/etc/millrace/secrets"):
    """A block of the page, with the test's folder in place of the page's."""
    [text] = re.findall(rf"^```\w+ {re.escape(name)}\n(.*?)^```", PAGE, re.S | re.M)
    return text.replace("/etc/millrace/secrets", str(folder))


def settings_of(text):
    return dict(line.split("=", 1) for line in text.splitlines() if "=" in line)


class Providers(Scenario):
    def providers(self, **more):
        """Worker settings: providers file and dir, which may look into the test's folder."""
        return {"config_providers": "file,dir", "config_providers_file_class": "File",
                "config_providers_file_param_allowed_paths": self.folder, "config_providers_dir_class": "Directory",
                "config_providers_dir_param_allowed_paths": self.folder, **more}

    def secret(self, name, value):
        self.write(f"value={value}\n", name, "wb")
        return "${file:%s:value}" % self.path(name)


class Restart(Providers):
    def test_a_changed_value_comes_with_a_restart(self):  # T68
        variable = self.secret("topic.properties", self.name + "-before")
        self.write("one\n")
        worker = self.worker(self.source(topic=variable), **self.providers()).started()
        name = self.name + "-source"
        self.wait_messages(1, self.name + "-before")
        self.secret("topic.properties", self.name + "-after")
        self.assertEqual(worker.ask("POST", f"/connectors/{name}/restart")[0], 204)
        self.write("two\n")
        self.wait_messages(1, self.name + "-after")
        self.assertEqual(self.broker.values(self.name + "-after"), ["two"])
        self.assertEqual(self.broker.values(self.name + "-before"), ["one"])
        self.assertEqual(worker.ask("GET", f"/connectors/{name}/config")[1]["topic"], variable)
        self.assertEqual(worker.ask("GET", f"/connectors/{name}/tasks")[1][0]["config"]["topic"], variable)
        self.assertNotIn(self.name + "-before", worker.log)
        self.assertNotIn(self.name + "-after", worker.log)

    def test_a_value_that_does_not_last_brings_a_restart_by_itself(self):
        self.write(self.name + "-before", "lease")
        self.write("one\n")
        lease = {**settings_of(example("lease")), "plugin.path": pathlib.Path(setting("MILLRACE_TEST_PLUGINS")) / "lease_provider.so"}
        worker = self.worker(self.source(topic="${lease:%s:now}" % self.path("lease")),
                             **{key.replace(".", "_"): value for key, value in lease.items()}).started()
        self.wait_messages(1, self.name + "-before")
        self.write(self.name + "-after", "lease", "wb")
        wait_until(lambda: worker.log.count("Creating task") == 2, lambda: f"a new task:\n{worker.log[-3000:]}")
        self.assertIn("Restarting connector", worker.log)
        self.write("two\n")
        self.wait_messages(1, self.name + "-after")
        self.assertEqual(self.broker.values(self.name + "-after"), ["two"])

    def test_the_page_shows_the_plugin_that_was_built(self):
        source = ROOT / "tests" / "integration" / "plugins" / "lease_provider.cc"
        self.assertEqual(example("lease_code"), source.read_text())


class Page(Providers):
    def test_the_worked_example(self):
        self.path("mounted").mkdir()
        for name in "orders.properties", "mounted/password":
            self.path(name).write_text(example(name, self.folder))
        self.path("orders.properties").write_text(example("orders.properties").replace("orders-of-today", self.name))
        self.write("first\nsecond\n", "in.txt")
        with unittest.mock.patch.dict(os.environ, ORDERS_INPUT=str(self.path("in.txt"))):
            worker = self.worker(settings_of(example("connector", self.folder)),
                                 **{key.replace(".", "_"): value
                                    for key, value in settings_of(example("worker", self.folder)).items()}).started()
        self.wait_messages(2)
        self.assertEqual(self.broker.values(self.name), ["first", "second"])
        shown = json.loads(example("config", self.folder))
        self.assertEqual(worker.ask("GET", "/connectors/orders/config"), (200, shown))
        tasks = worker.ask("GET", "/connectors/orders/tasks")[1]
        self.assertEqual({key: value for key, value in tasks[0]["config"].items() if key != "task.class"}, shown)
        self.assertEqual(worker.stop(), 143)
        for secret in "correct horse battery staple", self.name, str(self.path("in.txt")):
            self.assertNotIn(secret, worker.log)


class OwnValues(Providers):
    def test_the_workers_own_values_are_looked_up(self):
        self.write(f"servers={self.broker.address}\nbatch=what-a-secret\n", "worker.secrets")
        self.write("through\n")
        variable = "${file:%s:%%s}" % self.path("worker.secrets")
        worker = self.worker(self.source(), **self.providers(bootstrap_servers=variable % "servers")).started()
        self.wait_messages(1)
        self.assertEqual(worker.stop(), 143)
        self.assertNotIn(self.broker.address, worker.log)

        broken = self.worker(**self.providers(offset_flush_interval_ms=variable % "batch"))
        self.assertEqual(broken.wait_exit(), 2)
        self.assertIn("Invalid value [hidden] for configuration offset.flush.interval.ms", broken.log)
        self.assertNotIn("what-a-secret", broken.log)

    def test_what_cannot_be_looked_up_ends_the_start(self):
        for wrong, text in (
                ({"config_providers_file_class": "com.example.Nobody"},
                 "Invalid value com.example.Nobody for configuration config.providers.file.class"),
                ({"config_providers_file_param_allowed_paths": "/nowhere"}, "Path /nowhere does not exist"),
                ({"config_providers_file_param_allowed_paths": "here"}, "Path here is not absolute"),
                ({"client_id": "${file:%s:x}" % self.path("missing")},
                 f"Could not read properties from file {self.path('missing')}")):
            with self.subTest(text):
                worker = self.worker(**self.providers(**wrong))
                self.assertEqual(worker.wait_exit(), 2)
                self.assertIn(text, worker.log)


if __name__ == "__main__":
    main()
