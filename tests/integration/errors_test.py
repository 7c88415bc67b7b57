"""Records that fail, on a real broker: dead letters (T46-T48) with the headers of a Java worker, records that are too
large (T26), topics of sources (T29, T30), and a sink that is configured anew while it runs."""

import json
import threading

from harness import JAVA, Scenario, main, wait_until

JSON = JAVA + "json.JsonConverter"
PREFIX = "__connect.errors."
TEN = ["topic", "partition", "offset", "connector.name", "task.id", "stage", "class.name", "exception.class.name",
       "exception.message", "exception.stacktrace"]
# Settings of a sink that reads JSON and keeps what it cannot read.
PLAIN_JSON = {"value_converter": JSON, "value_converter_schemas_enable": "false",
              "errors_deadletterqueue_topic_replication_factor": 1}


class DeadLetters(Scenario):
    def dead(self, end=""):
        return self.name + "-dead" + end

    def letters(self, count, topic=None):
        self.wait_messages(count, topic or self.dead())
        return self.broker.everything(topic or self.dead())

    def context(self, letter):
        """The headers that tell of the error, without their prefix."""
        return {name[len(PREFIX):]: value and value.decode() for name, value in letter["headers"]
                if name.startswith(PREFIX)}

    def test_the_same_letters_as_a_java_worker_writes(self):
        self.broker.put(self.name, None, "1")
        self.broker.put(self.name, '"k"', "{broken", h="1", n=None)  # the value
        self.broker.put(self.name, "{broken", "2")  # the key
        self.broker.put(self.name, None, "3", h="{broken")  # a header
        self.broker.put(self.name, None, None)
        self.broker.put(self.name, "5", "5")
        settings = {**PLAIN_JSON, "key_converter": JSON, "key_converter_schemas_enable": "false",
                    "header_converter": JSON, "header_converter_schemas_enable": "false",
                    "errors_tolerance": "all", "errors_deadletterqueue_context_headers_enable": "true"}
        both = {}
        for who in "java", "millrace":
            sink = self.sink(file=who, errors_deadletterqueue_topic_name=self.dead(who),
                             consumer_override_group_id=self.name + who, **settings)
            extra = {"java": True, "plugin_discovery": "only_scan"} if who == "java" else {}
            worker = self.worker(sink, **extra).started()
            both[who] = self.letters(3, self.dead(who))
            self.wait_text("1\nnull\n5\n", file=who)
            worker.stop()
        for java, ours in zip(both["java"], both["millrace"], strict=True):
            for part in "key", "value", "timestamp":
                self.assertEqual(ours[part], java[part])
            self.assertEqual([name for name, _ in ours["headers"]], [name for name, _ in java["headers"]])
            self.assertEqual(list(self.context(ours)), TEN)
            for (name, our_value), (_, java_value) in zip(ours["headers"], java["headers"], strict=True):
                if name == PREFIX + "exception.stacktrace":
                    self.assertEqual(our_value.splitlines()[0], java_value.splitlines()[0])
                else:
                    self.assertEqual(our_value, java_value, name)
        self.assertEqual([self.context(letter)["stage"] for letter in both["millrace"]],
                         ["VALUE_CONVERTER", "KEY_CONVERTER", "HEADER_CONVERTER"])
        self.assertEqual(both["millrace"][0]["headers"][:2], [("h", b"1"), ("n", None)])

    def test_a_sink_that_tolerates_nothing_reports_and_fails(self):
        self.broker.produce(self.name, ["1", "{broken", "2"])
        worker = self.worker(self.sink(errors_deadletterqueue_topic_name=self.dead(), **PLAIN_JSON)).started()
        self.assertIn("Tolerance exceeded in error handler",
                      worker.wait_task(self.name + "-sink", "FAILED")["trace"])
        letters = self.letters(1)
        self.assertEqual([(letter["value"], letter["headers"]) for letter in letters], [(b"{broken", [])])
        self.assertEqual(self.broker.topic(self.dead())["partitions"], 1)

    def test_a_topic_that_cannot_be_made(self):
        self.broker.produce(self.name, ["1"])
        worker = self.worker(self.sink(errors_deadletterqueue_topic_name=self.dead())).started()  # three copies
        trace = worker.wait_task(self.name + "-sink", "FAILED")["trace"]
        self.assertIn(f"Could not initialize dead letter queue with topic={self.dead()}", trace)
        self.assertIn("InvalidReplicationFactorException", trace)
        self.assertEqual(worker.status(self.name + "-sink")["connector"]["state"], "RUNNING")

    def test_a_flood_of_bad_records_loses_none(self):
        lines = [str(i) if i % 3 else "{broken" + str(i) for i in range(30_000)]
        self.broker.produce(self.name, lines)
        self.worker(self.sink(errors_tolerance="all", errors_deadletterqueue_topic_name=self.dead(),
                              **PLAIN_JSON)).started()
        self.wait_committed({0: 30_000})
        self.assertEqual(self.text().decode().splitlines(), [line for line in lines if line[0] != "{"])
        self.assertEqual(self.broker.values(self.dead()), [line for line in lines if line[0] == "{"])

    def test_the_log_names_each_record(self):
        self.broker.produce(self.name, ["{broken"])
        worker = self.worker(self.sink(errors_tolerance="all", errors_log_enable="true",
                                       errors_log_include_messages="true", value_converter=JSON)).started()
        worker.wait_log(rf"ERROR \[{self.name}-sink\|task-0\] Error encountered in task {self.name}-sink-0\. Executing "
                        rf"stage 'VALUE_CONVERTER' with class '{JSON}', where consumed record is "
                        rf"{{topic='{self.name}', partition=0, offset=0, timestamp=\d+, timestampType=CreateTime}}\.$")

    def test_a_source_has_dead_letters_too(self):
        self.write("a line\n")
        worker = self.worker(self.source(
            value_converter=JAVA + "converters.ByteArrayConverter", errors_tolerance="all",
            errors_deadletterqueue_topic_name=self.dead(), errors_deadletterqueue_topic_replication_factor=1,
            errors_deadletterqueue_context_headers_enable="true")).started()
        letter, = self.letters(1)
        self.assertEqual(json.loads(letter["value"])["payload"], "a line")
        context = self.context(letter)
        self.assertEqual(context["topic"], self.name)
        self.assertEqual(context["stage"], "VALUE_CONVERTER")
        self.assertEqual(context["class.name"], JAVA + "converters.ByteArrayConverter")
        self.assertEqual(json.loads(context["source.partition"]), {"filename": str(self.path("in.txt"))})
        self.assertEqual(json.loads(context["source.offset"]), {"position": 7})
        wait_until(lambda: b'{"position":7}' in self.text("offsets"), "the offset goes on")
        self.assertEqual(worker.task(self.name + "-source")["state"], "RUNNING")
        self.assertEqual(self.broker.end(self.name), 0)


class TooLarge(Scenario):
    LINES = ["before", "x" * 5000, "after"]

    def start(self, **settings):
        self.broker.create(self.name)
        self.write("".join(line + "\n" for line in self.LINES))
        return self.worker(self.source(producer_override_max_request_size=2000, **settings)).started()

    def test_it_ends_a_task_that_tolerates_nothing(self):
        trace = self.start().wait_task(self.name + "-source", "FAILED")["trace"]
        self.assertIn("Unrecoverable exception from producer send callback", trace)
        self.assertIn("org.apache.kafka.common.errors.RecordTooLargeException", trace)

    def test_it_is_left_out_when_errors_are_tolerated(self):
        self.start(errors_tolerance="all")
        self.wait_messages(2)
        self.assertEqual(self.broker.values(self.name), ["before", "after"])
        wait_until(lambda: b'{"position":5014}' in self.text("offsets"), "the offset goes on")

    def test_a_dead_letter_tells_of_it(self):
        self.start(errors_tolerance="all", errors_deadletterqueue_topic_name=self.name + "-dead",
                   errors_deadletterqueue_topic_replication_factor=1)
        self.wait_messages(1, self.name + "-dead")
        letter, = self.broker.everything(self.name + "-dead")
        self.assertEqual((letter["value"], letter["headers"]), (None, [(PREFIX + "value.bytes", b"5000")]))
        self.wait_messages(2)
        wait_until(lambda: b'{"position":5014}' in self.text("offsets"), "the offset goes on")


class Topics(Scenario):
    def test_they_are_made_as_their_group_says(self):
        self.write("a line\n")
        self.worker(self.source(topic_creation_groups="other,mine", topic_creation_other_include=".*",
                                topic_creation_other_exclude=self.name, topic_creation_mine_include=self.name,
                                topic_creation_mine_partitions=5, topic_creation_default_partitions=2,
                                topic_creation_default_replication_factor=1,
                                topic_creation_mine_retention_ms=3_600_000)).started()
        self.wait_messages(1)
        self.assertEqual(self.broker.topic(self.name, "retention.ms"),
                         {"partitions": 5, "copies": 1, "retention.ms": "3600000"})

    def test_a_worker_that_creates_none_leaves_them_to_the_broker(self):
        self.write("a line\n")
        self.worker(self.source(topic_creation_default_partitions=5, topic_creation_default_replication_factor=1),
                    topic_creation_enable="false").started()
        self.wait_messages(1)
        self.assertEqual(self.broker.topic(self.name)["partitions"], 1)

    def test_a_wrong_setting_is_refused(self):
        worker = self.worker().started()
        status, answer = worker.ask("PUT", f"/connectors/{self.name}/config", {
            **{key: str(value) for key, value in self.source(topic_creation_default_partitions=0,
                                                             topic_creation_default_replication_factor=1).items()},
            "name": self.name})
        self.assertEqual(status, 400)
        self.assertIn("Invalid value 0 for configuration topic.creation.default.partitions", answer["message"])

    def test_without_the_right_the_task_fails_and_names_the_topic(self):
        broker = self.own_broker("authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer",
                                 "allow.everyone.if.no.acl.found=true", "super.users=User:nobody")
        broker.tool("forbid", self.name)
        self.write("a line\n")
        worker = self.worker(self.source(topic_creation_default_partitions=1,
                                         topic_creation_default_replication_factor=1)).started()
        trace = worker.wait_task(self.name + "-source", "FAILED")["trace"]
        self.assertIn(f"Task failed to create new topic '{self.name}'", trace)
        self.assertRegex(trace, "(Topic|Cluster)AuthorizationException")


class Restart(Scenario):
    def test_a_task_that_failed_comes_back(self):
        self.broker.produce(self.name, ["1", "{broken"])
        worker = self.worker(self.sink(errors_task_restart_max=1, value_converter=JSON,
                                       value_converter_schemas_enable="false")).started()
        name = self.name + "-sink"
        worker.wait_log(f"Task {name}-0 failed and is restarted in 0 min, restart 1 of 1")
        worker.wait_log(f"Restarting task {name}-0, restart 1 of 1")
        worker.wait_log("will not recover until manually restarted")
        worker.wait_task(name, "FAILED")
        status, answer = worker.ask("PUT", f"/connectors/{name}/config", {
            **{key: str(value) for key, value in self.sink(errors_task_restart_max=-1).items()}})
        self.assertEqual(status, 400)
        self.assertIn("Invalid value -1 for configuration errors.task.restart.max", answer["message"])


class Reconfiguration(Scenario):
    def test_of_a_running_sink_loses_and_repeats_nothing(self):
        count, step = 60_000, 500
        name = self.name + "-sink"
        self.broker.create(self.name)
        worker = self.worker(self.sink(file="out-0"), offset_flush_interval_ms=60_000).started()
        worker.wait_task(name, "RUNNING")

        def produce():
            for first in range(0, count, step):
                self.broker.produce(self.name, [str(i) for i in range(first, first + step)])

        producer = threading.Thread(target=produce)
        producer.start()
        written = lambda: sum(len(path.read_bytes().split()) for path in self.folder.glob("out-*"))
        for number in range(1, 6):  # offsets are committed by nothing but these stops
            before = written()
            wait_until(lambda at=before: written() > at + step, "the sink goes on")
            status, _ = worker.ask("PUT", f"/connectors/{name}/config", {
                **{key: str(value) for key, value in self.sink(file=f"out-{number}").items()}})
            self.assertEqual(status, 200)
        producer.join()
        wait_until(lambda: written() >= count, lambda: f"{count} lines are there, but {written()}")
        files = [self.text(f"out-{number}").decode().split() for number in range(6)]
        self.assertEqual([line for lines in files for line in lines], [str(i) for i in range(count)])
        self.assertTrue(all(files), "each configuration was at work")

    def test_the_same_configuration_leaves_the_tasks_alone(self):
        name = self.name + "-sink"
        self.broker.produce(self.name, ["1"])
        worker = self.worker(self.sink()).started()
        self.wait_text("1\n")
        before = worker.log.count(f"Creating task {name}-0")
        same = {key: str(value) for key, value in self.sink().items()}
        self.assertEqual(worker.ask("PUT", f"/connectors/{name}/config", same)[0], 200)
        self.assertEqual(worker.ask("PUT", f"/connectors/{name}/config", {**same, "file": str(self.path("b"))})[0], 200)
        self.broker.produce(self.name, ["2"])
        self.wait_text("2\n", file="b")
        self.assertEqual(worker.log.count(f"Creating task {name}-0"), before + 1)


if __name__ == "__main__":
    main()
