"""Transformations between a connector and a topic, and what becomes of their configuration."""

import contextlib
import os
import pathlib
import re

from harness import JAVA, Scenario, main, wait_until

TRANSFORMS = JAVA + "transforms."


class Chains(Scenario):
    def chained(self, connector, transforms, **settings):
        """The connector with transformations {name: {type, options}}, in that order."""
        added = {"transforms": ",".join(transforms)}
        for name, options in transforms.items():
            added.update({f"transforms.{name}.{key}": value for key, value in options.items()})
        return {**connector, **added, **{key.replace("_", "."): value for key, value in settings.items()}}

    def read_so_far(self, worker):
        """Where the worker is in the source's file; -1: it has not opened it."""
        folder = pathlib.Path(f"/proc/{worker.process.pid}")
        for descriptor in (folder / "fd").iterdir():
            with contextlib.suppress(OSError):  # it was closed meanwhile
                if os.path.realpath(descriptor) == os.path.realpath(self.path("in.txt")):
                    return int(re.search(r"pos:\s*(\d+)", (folder / "fdinfo" / descriptor.name).read_text())[1])
        return -1

    def four(self, to):
        return {"hoist": {"type": TRANSFORMS + "HoistField$Value", "field": "line"},
                "insert": {"type": TRANSFORMS + "InsertField$Value", "static.field": "site", "static.value": "north",
                           "topic.field": "from!"},
                "replace": {"type": TRANSFORMS + "ReplaceField$Value", "renames": "line:text"},
                "route": {"type": "RegexRouter", "regex": ".*", "replacement": to}}

    def test_writes_what_java_writes(self):
        self.write("a\nb \\ ü\n")
        values = {}
        for java in (True, False):
            to = f"{self.name}-{'java' if java else 'ours'}"
            settings = {"value_converter": JAVA + "json.JsonConverter"}
            connector = self.chained(self.source(**settings), self.four(to))
            connector["name"] += "-java" if java else ""
            worker = self.worker(connector, java=java)
            self.wait_messages(2, to)
            values[java] = self.broker.values(to)
            worker.stop()
        self.assertEqual(values[False], values[True])
        self.assertIn('"payload":{"text":"a","from":"%s","site":"north"}' % self.name, values[False][0])

    def test_a_source_stores_no_offset_of_dropped_records(self):
        """T21, P4: a record that was never sent says nothing of how far the source has come."""
        self.write("a\nb\n")
        drop = {"drop": {"type": "Filter"}}
        worker = self.worker(self.chained(self.source(), drop)).started()
        wait_until(lambda: self.read_so_far(worker) == 4, "the file has been read")
        self.assertEqual(worker.stop(), 143)
        self.assertEqual(self.broker.end(self.name), 0)
        self.assertNotIn(b"position", self.text("offsets"))
        self.worker(self.source())
        self.wait_messages(2)

    def test_a_sink_commits_dropped_records(self):
        drop = {"drop": {"type": "Filter"}}
        self.broker.produce(self.name, ["1", "2", "3"])
        self.worker(self.chained(self.sink(**{"consumer.override.auto.offset.reset": "earliest"}), drop),
                    offset_flush_interval_ms=200)
        self.wait_committed({0: 3})
        self.assertEqual(self.text(), b"")

    def test_predicates_choose_records(self):
        self.broker.produce(self.name, ["1"])
        connector = self.chained(self.sink(), {
            "wrap": {"type": TRANSFORMS + "HoistField$Value", "field": "f", "predicate": "here", "negate": "true"},
            "mark": {"type": TRANSFORMS + "HoistField$Value", "field": "g", "predicate": "here"}},
            predicates="here", predicates_here_type="TopicNameMatches", predicates_here_pattern=self.name)
        self.worker(connector)
        self.wait_text("Struct{g=1}\n")

    def test_a_bad_record_fails_the_task_or_is_left_out(self):
        self.write("1\nx\n2\n")
        cast = {"cast": {"type": TRANSFORMS + "Cast$Value", "spec": "int32"}}
        connector = self.chained(self.source(), cast)
        worker = self.worker(connector)
        trace = worker.wait_task(self.name + "-source", "FAILED")["trace"]
        self.assertTrue(trace.startswith("org.apache.kafka.connect.errors.ConnectException: Tolerance exceeded in error"))
        self.assertIn("DataException: Value (x) was out of range for requested data type", trace)
        self.assertIn("transformation 'cast' (org.apache.kafka.connect.transforms.Cast$Value)", trace)
        self.assertEqual(worker.ask("PUT", f"/connectors/{self.name}-source/config",
                                    {**{key: str(value) for key, value in connector.items()},
                                     "errors.tolerance": "all"})[0], 200)
        self.wait_messages(2)
        self.assertEqual(self.broker.values(self.name)[-2:], ["1", "2"])


class Configuration(Scenario):
    def create(self, worker, **settings):
        config = {"connector.class": "FileStreamSink", "topics": self.name, "file": str(self.path("out.txt")),
                  **{key.replace("_", "."): value for key, value in settings.items()}}
        return worker.ask("PUT", f"/connectors/{self.name}/config", config)

    def test_what_is_wrong_is_refused(self):
        worker = self.worker().started()
        for settings, message in (
                ({"transforms": "t"}, 'Missing required configuration "transforms.t.type" which has no default value.'),
                ({"transforms": "t", "transforms_t_type": "no.Such"},
                 "Invalid value no.Such for configuration transforms.t.type: Class no.Such could not be found."),
                ({"transforms": "t", "transforms_t_type": TRANSFORMS + "HoistField"},
                 "This class is abstract and cannot be created. Did you mean "),
                ({"transforms": "t", "transforms_t_type": TRANSFORMS + "HoistField$Value"},
                 'Missing required configuration "transforms.t.field" which has no default value.')):
            status, answer = self.create(worker, **settings)
            self.assertEqual((status, message in answer["message"]), (400, True), answer)
        self.assertEqual(worker.ask("GET", "/connectors"), (200, []))

    def test_what_only_the_task_finds_fails_it(self):
        worker = self.worker().started()
        self.assertEqual(self.create(worker, transforms="t", transforms_t_type="Filter", transforms_t_predicate="p")[0], 201)
        trace = worker.wait_task(self.name, "FAILED")["trace"]
        self.assertEqual(trace.splitlines()[0],
                         "org.apache.kafka.connect.errors.ConnectException: "
                         "org.apache.kafka.connect.errors.ConnectException: "
                         "org.apache.kafka.common.config.ConfigException: "
                         "Unknown configuration 'predicates.p.plugin.version'")

    def test_plugins_are_listed(self):
        worker = self.worker().started()
        plugins = worker.ask("GET", "/connector-plugins?connectorsOnly=false")[1]
        kinds = [one["type"] for one in plugins]
        self.assertEqual((kinds.count("transformation"), kinds.count("predicate")), (26, 3))
        self.assertIn({"class": TRANSFORMS + "Cast$Value", "type": "transformation", "version": "4.3.0"}, plugins)
        self.assertEqual({one["type"] for one in worker.ask("GET", "/connector-plugins")[1]}, {"source", "sink"})


if __name__ == "__main__":
    main()
