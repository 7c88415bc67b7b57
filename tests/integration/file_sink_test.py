"""A topic into a file (T32, T34, T43, T45, T62), with a group that changes (T37, T38), and outputs that cannot be
written to."""

import collections
import json
import os
import signal
import threading
import time

from harness import JAVA, Scenario, main, wait_until


def numbered(first, last):
    return [f"line {i}" for i in range(first, last)]


def as_text(lines):
    return "".join(line + "\n" for line in lines)


class Output(Scenario):
    def test_a_new_sink_reads_from_the_earliest_offset_in_its_own_group(self):
        self.broker.produce(self.name, numbered(0, 1000))
        worker = self.worker(self.sink()).started()
        self.wait_text(as_text(numbered(0, 1000)))
        self.wait_committed({0: 1000}, f"connect-{self.name}-sink")
        worker.stop()
        self.broker.produce(self.name, numbered(1000, 1010))
        self.worker(self.sink()).started()
        self.wait_text(as_text(numbered(0, 1010)))

    def test_values_as_java_writes_them(self):
        self.broker.produce(self.name, [
            '{"schema":null,"payload":null}', '{"schema":{"type":"int32"},"payload":5}',
            json.dumps({"schema": {"type": "struct", "fields": [
                {"field": "a", "type": "int32"}, {"field": "b", "type": "string"},
                {"field": "c", "type": "string", "optional": True}]}, "payload": {"a": 1, "b": "é", "c": None}}),
            '{"schema":{"type":"array","items":{"type":"boolean"}},"payload":[true,false]}'])
        self.worker(self.sink(value_converter=JAVA + "json.JsonConverter")).started()
        self.wait_text("null\n5\nStruct{a=1,b=é}\n[true, false]\n")

    def test_what_no_converter_can_read(self):
        self.broker.produce(self.name, ["1", "{broken", "2"])
        settings = {"value_converter": JAVA + "json.JsonConverter", "value_converter_schemas_enable": "false"}
        worker = self.worker(self.sink(**settings)).started()
        trace = worker.wait_task(self.name + "-sink", "FAILED")["trace"]
        self.assertIn("Tolerance exceeded in error handler", trace)
        self.assertIn("org.apache.kafka.connect.errors.DataException", trace)
        self.assertIn(f"{self.name}-0@1", trace)
        worker.stop()
        self.path("out.txt").unlink(missing_ok=True)
        self.worker({**self.sink(errors_tolerance="all", **settings), "name": "tolerant"}).started()
        self.wait_text("1\n2\n")
        self.wait_committed({0: 3}, "connect-tolerant")

    def test_the_standard_output(self):
        self.broker.produce(self.name, ["a line of its own"])
        self.worker(self.sink(file="")).wait_log("^a line of its own$")

    def test_two_tasks_share_partitions_and_a_file(self):
        self.broker.create(self.name, 2)
        self.broker.produce(self.name, numbered(0, 5000), 0)
        self.broker.produce(self.name, numbered(5000, 10000), 1)
        worker = self.worker(self.sink(tasks_max=2)).started()
        wait_until(lambda: self.text().count(b"\n") == 10000, "all lines are written")
        lines = self.text().decode().splitlines()
        self.assertEqual([line for line in lines if int(line[5:]) < 5000], numbered(0, 5000))
        self.assertEqual([line for line in lines if int(line[5:]) >= 5000], numbered(5000, 10000))
        self.assertEqual(len(worker.status(self.name + "-sink")["tasks"]), 2)

    def test_pause_and_resume(self):
        self.broker.produce(self.name, ["1"])
        worker = self.worker(self.sink()).started()
        self.wait_text("1\n")
        worker.ask("PUT", f"/connectors/{self.name}-sink/pause")
        worker.wait_task(self.name + "-sink", "PAUSED")
        self.broker.produce(self.name, ["2"])
        time.sleep(1)
        self.assertEqual(self.text(), b"1\n")
        worker.ask("PUT", f"/connectors/{self.name}-sink/resume")
        self.wait_text("1\n2\n")

    def test_a_pattern_finds_new_topics(self):
        settings = {"topics": None, "topics_regex": self.name + "-a(?!b).*", "consumer_override_metadata_max_age_ms": 500}
        worker = self.worker({**self.sink(), **{k.replace("_", "."): v for k, v in settings.items()}}).started()
        worker.wait_task(self.name + "-sink", "RUNNING")
        for topic in "ab", "ac", "bac":
            self.broker.produce(f"{self.name}-{topic}", [topic])
        self.wait_text("ac\n")
        self.broker.produce(self.name + "-ad", ["ad"])
        self.wait_text("ac\nad\n")
        self.assertEqual(self.broker.committed(f"connect-{self.name}-sink", self.name + "-ab"), {0: -1})


class Unwritable(Scenario):
    def test_a_full_disk(self):
        self.broker.produce(self.name, numbered(0, 10))
        os.symlink("/dev/full", self.path("out.txt"))
        worker = self.worker(self.sink()).started()
        trace = worker.wait_task(self.name + "-sink", "FAILED")["trace"]
        self.assertIn("Exiting WorkerSinkTask due to unrecoverable exception.", trace)
        self.assertRegex(trace, "cannot write to file '.*out.txt': No space left on device")
        self.assertEqual(self.broker.committed(f"connect-{self.name}-sink", self.name), {0: -1})
        self.assertEqual(worker.status(self.name + "-sink")["connector"]["state"], "RUNNING")
        self.assertEqual(worker.stop(), 143)

    def test_a_disk_that_fills_up_and_is_cleaned(self):
        first, second = numbered(0, 5), [f"line {i} {'.' * 50}" for i in range(5, 20)]
        self.broker.produce(self.name, first)
        worker = self.worker(self.sink()).started()
        self.wait_committed({0: 5})
        worker.limit_file_size(100)
        self.broker.produce(self.name, second)
        self.assertIn("cannot write to file", worker.wait_task(self.name + "-sink", "FAILED")["trace"])
        self.wait_committed({0: 5})  # what was written before is not read again
        worker.limit_file_size(-1)
        self.assertEqual(worker.ask("POST", f"/connectors/{self.name}-sink/tasks/0/restart")[0], 204)
        self.wait_committed({0: 20})
        lines = self.text().decode().splitlines()
        self.assert_nothing_lost(first + second, [line for line in lines if line in first + second])

    def test_a_folder_as_output(self):
        self.path("out.txt").mkdir()
        worker = self.worker(self.sink()).started()
        trace = worker.wait_task(self.name + "-sink", "FAILED")["trace"]
        self.assertIn(f"Couldn't find or create file '{self.path('out.txt')}' for FileStreamSinkTask", trace)
        self.assertIn("Is a directory", trace)

    def test_a_folder_that_is_missing(self):
        worker = self.worker(self.sink(file="missing/out.txt")).started()
        trace = worker.wait_task(self.name + "-sink", "FAILED")["trace"]
        self.assertIn("Couldn't find or create file", trace)
        self.assertIn("No such file or directory", trace)

    def test_a_put_that_hangs_is_left_behind(self):
        # A pipe that somebody holds open and does not read: write() comes back when it is emptied, which is never.
        self.broker.produce(self.name, ["x" * 1000] * 1000)
        os.mkfifo(self.path("out.txt"))
        reader = os.open(self.path("out.txt"), os.O_RDONLY | os.O_NONBLOCK)
        self.addCleanup(os.close, reader)
        worker = self.worker(self.sink(), task_shutdown_graceful_timeout_ms=3000).started()
        worker.wait_task(self.name + "-sink", "RUNNING")
        time.sleep(1)
        self.assertEqual(worker.ask("GET", "/connectors")[0], 200)
        begin = time.monotonic()
        worker.process.send_signal(signal.SIGTERM)
        worker.wait_log("Kafka Connect stopping")
        wait_until(lambda: self.refuses(worker), "REST is closed")
        self.assertIsNone(worker.process.poll())  # REST first, the tasks after it
        self.assertEqual(worker.wait_exit(), 143)
        self.assertLess(time.monotonic() - begin, 10)
        self.assertIn("did not stop in time", worker.log)
        self.assertEqual(self.broker.committed(f"connect-{self.name}-sink", self.name), {0: -1})

    @staticmethod
    def refuses(worker):
        try:
            worker.ask("GET", "/")
            return False
        except OSError:
            return True


class Group(Scenario):
    """Two workers whose sinks are one group: partitions move between them while messages come in."""
    partitions = 4

    def setUp(self):
        super().setUp()
        self.broker.create(self.name, self.partitions)
        self.count = 0
        self.enough = threading.Event()
        self.producer = threading.Thread(target=self.go_on_producing, daemon=True)

    def go_on_producing(self):
        while not self.enough.is_set():
            for partition in range(self.partitions):
                self.broker.produce(self.name, [f"{partition} {i}" for i in range(self.count, self.count + 100)],
                                    partition)
            self.count += 100

    def member(self, file):
        return self.worker({**self.sink(file), "name": file, "consumer.override.group.id": self.name,
                            "consumer.override.session.timeout.ms": 6000,
                            "consumer.override.heartbeat.interval.ms": 200}).started()

    def grows(self, file):
        before = len(self.text(file))
        wait_until(lambda: len(self.text(file)) > before, f"{file} grows")

    def finish_and_read(self, *files):
        """{partition: the numbers that were written, in the order of the files}"""
        self.enough.set()
        self.producer.join()
        self.wait_committed({partition: self.count for partition in range(self.partitions)}, group=self.name)
        written = collections.defaultdict(list)
        for file in files:
            for line in self.text(file).decode().splitlines():
                partition, number = line.split()
                written[int(partition)].append(int(number))
        return written

    def test_members_come_and_go_without_loss_or_repetition(self):
        first = self.member("first")
        self.producer.start()
        self.grows("first")
        second = self.member("second")
        self.grows("second")
        self.grows("first")
        self.assertEqual(second.stop(), 143)
        self.grows("first")
        written = self.finish_and_read("first", "second")
        for partition in range(self.partitions):
            self.assertEqual(sorted(written[partition]), list(range(self.count)), f"partition {partition}")
        self.assertEqual(first.stop(), 143)

    def test_a_member_that_was_away_too_long_gives_its_partitions_up(self):
        first, second = self.member("first"), self.member("second")
        self.producer.start()
        self.grows("first")
        self.grows("second")
        second.process.send_signal(signal.SIGSTOP)
        stopped_at, count = len(self.text("second")), self.count + 100
        wait_until(lambda: min(self.broker.committed(self.name, self.name).values()) > count,
                   "the first member has taken over all partitions")
        second.process.send_signal(signal.SIGCONT)
        wait_until(lambda: len(self.text("second")) > stopped_at, "the second member is back")
        self.grows("first")
        written = self.finish_and_read("first", "second")
        for partition in range(self.partitions):
            self.assertEqual(sorted(set(written[partition])), list(range(self.count)), f"partition {partition}")
        for worker, name in (first, "first"), (second, "second"):
            self.assertEqual(worker.task(name)["state"], "RUNNING")


if __name__ == "__main__":
    main()
