"""Command line, connector files, exit codes and signals (T1-T10), what overrides are allowed (T63, T64)."""

import json
import signal
import socket
import subprocess
import time

from harness import JAVA, Scenario, main, setting


class CommandLine(Scenario):
    def usage(self, *arguments):
        done = subprocess.run([setting("MILLRACE"), *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              timeout=60, check=False)
        return done.returncode, done.stdout.decode()

    def test_no_arguments_is_wrong_usage(self):
        for arguments in [], ["standalone"], ["frobnicate"]:
            code, text = self.usage(*arguments)
            self.assertEqual(code, 1, text)
            self.assertRegex(text, "required|help", text)

    def test_help_is_shown_wherever_it_is_asked_for(self):
        for arguments in ["--help"], ["standalone", "--help"], ["standalone", "worker.properties", "--help"]:
            code, text = self.usage(*arguments)
            self.assertEqual(code, 1, text)
            self.assertIn("Usage: millrace", text)

    def test_missing_worker_file(self):
        code, text = self.usage("standalone", str(self.path("nowhere.properties")))
        self.assertEqual(code, 2)
        self.assertIn(str(self.path("nowhere.properties")), text)
        self.assertIn("No such file", text)

    def test_worker_file_that_is_a_folder(self):
        code, text = self.usage("standalone", str(self.folder))
        self.assertEqual(code, 2)
        self.assertIn(str(self.folder), text)

    def test_worker_file_with_a_broken_escape(self):
        self.path("worker.properties").write_text("bootstrap.servers=\\u12x4\n")
        code, text = self.usage("standalone", str(self.path("worker.properties")))
        self.assertEqual(code, 2)
        self.assertIn("worker.properties", text)

    def test_no_broker(self):
        begin = time.monotonic()
        worker = self.worker(bootstrap_servers="127.0.0.1:1", default_api_timeout_ms=1000, request_timeout_ms=500)
        self.assertEqual(worker.wait_exit(), 2)
        self.assertLess(time.monotonic() - begin, 20)
        self.assertIn("127.0.0.1:1", worker.log)

    def test_rest_port_taken(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            worker = self.worker(listeners=f"http://127.0.0.1:{port}")
            self.assertEqual(worker.wait_exit(), 2)
        self.assertIn(str(port), worker.log)
        self.assertRegex(worker.log, "(?i)in use")

    def test_a_wrong_setting_is_named_with_its_value(self):
        worker = self.worker(offset_flush_interval_ms="soon")
        self.assertEqual(worker.wait_exit(), 2)
        self.assertRegex(worker.log, "Invalid value soon for configuration offset.flush.interval.ms")

    def test_missing_offset_file_setting(self):
        worker = self.worker(offset_storage_file_filename=None)
        self.assertEqual(worker.wait_exit(), 2)
        self.assertIn("offset.storage.file.filename", worker.log)

    def test_foreign_offset_file(self):
        self.write("these are no offsets\n", "offsets")
        worker = self.worker()
        self.assertEqual(worker.wait_exit(), 3)
        self.assertIn(str(self.path("offsets")), worker.log)
        self.assertEqual(self.text("offsets"), b"these are no offsets\n")


class ConnectorFiles(Scenario):
    def file(self, content, name="connector.json"):
        self.write(content, name)
        return self.path(name)

    def config_of(self, content):
        """What a connector from a file of this content is configured as."""
        worker = self.worker(self.file(content)).started()
        worker.wait_log("Created connector")
        [name] = worker.ask("GET", "/connectors")[1]
        status, config = worker.ask("GET", f"/connectors/{name}/config")
        self.assertEqual((status, worker.stop()), (200, 143))
        return config

    def refused(self, content):
        """The log of a worker that a connector file of this content has stopped."""
        worker = self.worker(self.file(content))
        self.assertEqual(worker.wait_exit(), 3, worker.log)
        self.assertIn("connector.json", worker.log)
        self.assertIn("Stopping after connector error", worker.log)
        self.assertIn("Kafka Connect stopped", worker.log)
        return worker.log

    source_json = {"connector.class": "FileStreamSource", "tasks.max": "1", "file": "/nowhere", "topic": "none"}

    def test_properties_keep_every_character(self):
        config = self.config_of(b"# a comment\n"
                                b"name : quirks\nconnector.class FileStreamSource\n"
                                b"file = /nowhere/two\\\n    lines\n"
                                b"topic=caf\\u00e9-\xe9\ntasks.max=1\n"
                                b"mine=trailing blank \n")
        self.assertEqual(config, {"name": "quirks", "connector.class": "FileStreamSource", "file": "/nowhere/twolines",
                                  "topic": "caf\u00e9-\u00e9", "tasks.max": "1", "mine": "trailing blank "})

    def test_flat_json_becomes_text(self):
        config = self.config_of('\ufeff{"name":"flat","connector.class":"FileStreamSource","tasks.max":1,"topic":"t",'
                                '"file":"","a":true,"b":1.50,"c":"once","c":"twice"} and more')
        self.assertEqual(config, {"name": "flat", "connector.class": "FileStreamSource", "tasks.max": "1", "topic": "t",
                                  "file": "", "a": "true", "b": "1.50", "c": "twice"})

    def test_null_is_kept_and_refused(self):
        log = self.refused(json.dumps({**self.source_json, "name": "a", "mine": None}))
        self.assertIn("Null value can not be supplied as the configuration value.", log)

    def test_name_is_added_to_the_config(self):
        config = self.config_of(json.dumps({"name": "outer", "config": self.source_json, "other": [1]}))
        self.assertEqual(config, {**self.source_json, "name": "outer"})

    def test_names_that_differ(self):
        log = self.refused(json.dumps({"name": "a", "config": {**self.source_json, "name": "b"}}))
        self.assertIn("Connector name configuration in 'config' doesn't match the one specified in 'name' at '", log)

    def test_json_array_comment_broken_or_nested_json(self):
        for i, content in enumerate(["[1, 2]", '{"name":"a", // why\n}', '{"name":"a"', '{"name":"a","b":{"c":"d"}}']):
            with self.subTest(content):
                self.path("connector.json").unlink(missing_ok=True)
                self.assertIn("is missing the mandatory 'name' configuration", self.refused(content), i)

    def test_connector_file_that_does_not_exist(self):
        worker = self.worker(self.path("missing.json"))
        self.assertEqual(worker.wait_exit(), 3)
        self.assertRegex(worker.log, "missing.json.*No such file")

    def test_unknown_class(self):
        log = self.refused(json.dumps({"name": "a", "connector.class": "com.example.Nobody", "topics": "t"}))
        self.assertIn("com.example.Nobody", log)
        self.assertIn("FileStreamSource", log)  # what there is

    def test_invalid_setting(self):
        log = self.refused(json.dumps({**self.source_json, "name": "a", "batch.size": "many"}))
        self.assertIn("batch.size", log)
        self.assertIn("many", log)

    def test_what_would_change_records_is_not_left_out_silently(self):
        log = self.refused(json.dumps({**self.source_json, "name": "a", "errors.tolerance": "all",
                                       "transforms": "t", "transforms.t.type": "com.example.Mask"}))
        self.assertIn("transforms", log)

    def test_initial_state_paused(self):
        worker = self.worker(self.file(json.dumps(
            {"name": "later", "config": self.source_json, "initial_state": "paused"}))).started()
        worker.wait_log("Created connector later")
        status = worker.status("later")
        self.assertEqual((status["connector"]["state"], status["tasks"]), ("PAUSED", []))

    def test_the_first_invalid_file_ends_the_worker_in_an_orderly_way(self):
        self.write("".join(f"line {i}\n" for i in range(10)))
        worker = self.worker(self.source(), self.file('{"name":"b","connector.class":"FileStreamSink"}'),
                             self.file('{"name":"never"}', "third.json"))
        self.assertEqual(worker.wait_exit(), 3)
        self.assertRegex(worker.log, f"Created connector {self.name}-source")
        self.assertIn("connector.json", worker.log)
        self.assertIn("Stopping after connector error", worker.log)
        self.assertNotIn("third.json", worker.log)
        self.assertIn("Kafka Connect stopped", worker.log)

    def test_two_files_of_the_same_name(self):
        self.write(json.dumps({**self.source_json, "name": "twin"}), "one.json")
        self.write(json.dumps({**self.source_json, "name": "twin"}), "two.json")
        worker = self.worker(self.path("one.json"), self.path("two.json"))
        self.assertEqual(worker.wait_exit(), 3)
        self.assertIn("Connector twin already exists", worker.log)


class Signals(Scenario):
    def test_a_signal_is_an_orderly_end(self):
        # Nothing is committed before the end: what the offset file holds was written by the stop.
        text = "".join(f"line {i}\n" for i in range(1000))
        self.write(text)
        for number, code in (signal.SIGTERM, 143), (signal.SIGINT, 130), (signal.SIGHUP, 129):
            with self.subTest(number):
                self.path("offsets").unlink(missing_ok=True)
                topic = f"{self.name}-{code}"
                worker = self.worker(self.source(topic=topic), offset_flush_interval_ms=600_000).started()
                self.wait_messages(1000, topic)
                self.assertFalse(self.path("offsets").exists())
                self.assertEqual(worker.stop(number), code)
                self.assertIn(b'{"position":%d}' % len(text), self.text("offsets"))
                self.assertTrue(worker.log.rstrip().splitlines()[-1].count("Kafka Connect stopped"), worker.log)

    def test_log_lines_that_scripts_wait_for(self):
        worker = self.worker(self.source()).started()
        worker.wait_task(self.name + "-source", "RUNNING")
        worker.stop()
        for line in ("Herder started", "REST resources initialized; server is started and ready to handle requests",
                     "Kafka Connect started", "Kafka Connect stopped",
                     f"[{self.name}-source|worker] ", f"[{self.name}-source|task-0] "):
            self.assertIn(line, worker.log)


class Overrides(Scenario):
    def create(self, worker, **overrides):
        return worker.ask("POST", "/connectors", {"name": self.name, "config": {
            **self.source_config(), **{key.replace("_", "."): value for key, value in overrides.items()}}})

    def source_config(self):
        return {key: str(value) for key, value in {**self.source(), "name": self.name}.items()}

    def test_policy_none(self):
        worker = self.worker(connector_client_config_override_policy="None").started()
        status, answer = self.create(worker, producer_override_linger_ms="5")
        self.assertEqual(status, 400, answer)
        self.assertIn("The 'None' policy does not allow 'linger.ms' to be overridden in the "
                      "connector configuration.", answer["message"])
        self.assertEqual(self.create(worker)[0], 201)

    def test_policy_allowlist(self):
        worker = self.worker(connector_client_config_override_policy="Allowlist",
                             connector_client_config_override_allowlist="linger.ms,acks").started()
        status, answer = self.create(worker, producer_override_batch_size="5")
        self.assertEqual(status, 400, answer)
        self.assertIn("The 'Allowlist' policy does not allow 'batch.size' to be overridden",
                      answer["message"])
        self.assertEqual(self.create(worker, producer_override_linger_ms="5")[0], 201)
        worker.wait_task(self.name, "RUNNING")

    def test_unprefixed_security_is_the_admin_clients_alone(self):
        refused = self.worker(security_protocol="SSL", default_api_timeout_ms=1500)
        self.assertEqual(refused.wait_exit(), 2)

        self.write("through\n")
        worker = self.worker(self.source(), security_protocol="SSL", admin_security_protocol="PLAINTEXT")
        worker.started()
        self.wait_messages(1)
        self.assertEqual(self.broker.values(self.name), ["through"])


if __name__ == "__main__":
    main()
