"""A file into a topic (T26, T57-T60), and what a file may hold against expectation."""

import os
import time

from harness import JAVA, Scenario, main, wait_until


class Lines(Scenario):
    def test_every_kind_of_line_end(self):
        self.write(b"a\r\nb\n\n\rc\rlast")
        worker = self.worker(self.source()).started()
        self.wait_messages(5)
        self.assertEqual(self.broker.values(self.name), ["a", "b", "", "", "c"])
        self.write("\r")  # may be the first half of a line end
        self.write("\nnext\n")
        self.wait_messages(7)
        self.assertEqual(self.broker.values(self.name)[5:], ["last", "next"])
        worker.stop()
        self.assertIn(b'{"position":%d}' % len(self.text("in.txt")), self.text("offsets"))

    def test_a_partial_line_waits_and_is_read_whole_after_a_restart(self):
        self.write("whole\nhalf ")
        worker = self.worker(self.source()).started()
        self.wait_messages(1)
        worker.stop()
        self.assertIn(b'{"position":6}', self.text("offsets"))
        self.write("and the other\n")
        self.worker(self.source()).started()
        self.wait_messages(2)
        self.assertEqual(self.broker.values(self.name), ["whole", "half and the other"])

    def test_small_batches_leave_nothing_behind(self):
        self.write("1\n2\n3\n4\n5\n")
        self.worker(self.source(batch_size=2)).started()
        self.wait_messages(5)
        self.assertEqual(self.broker.values(self.name), list("12345"))

    def test_positions_count_bytes(self):
        self.write("é\n")
        worker = self.worker(self.source()).started()
        wait_until(lambda: b'{"position":3}' in self.text("offsets"), "offset 3 is stored")
        worker.kill()
        worker = self.worker(self.source()).started()
        self.write("ü\n")
        self.wait_messages(2)
        self.assertEqual(self.broker.values(self.name), ["é", "ü"])
        worker.wait_log(r"from byte 3\b")

    def test_bytes_that_are_no_utf8(self):
        self.write(b"good\nbad \xff\xfe byte\n\xe2\x82\nend\n")
        self.worker(self.source()).started()
        self.wait_messages(4)
        self.assertEqual(self.broker.values(self.name), ["good", "bad \ufffd\ufffd byte", "\ufffd", "end"])

    def test_converters(self):
        self.write("é\n")
        json_converter = {"value_converter": JAVA + "json.JsonConverter"}
        self.worker(self.source(**json_converter)).started()
        self.wait_messages(1)
        self.assertEqual(self.broker.values(self.name), ['{"schema":{"type":"string","optional":false},"payload":"é"}'])
        worker = self.worker({**self.source(value_converter=JAVA + "converters.LongConverter"), "name": "numbers"})
        trace = worker.wait_task("numbers", "FAILED")["trace"]
        self.assertIn("Tolerance exceeded in error handler", trace)
        self.assertIn("org.apache.kafka.connect.errors.DataException", trace)

    def test_a_file_that_comes_later(self):
        worker = self.worker(self.source()).started()
        worker.wait_log("in.txt' does not exist; waiting")
        self.assertEqual(worker.task(self.name + "-source")["state"], "RUNNING")
        self.write("at last\n")
        self.wait_messages(1)

    def test_a_folder_in_its_place(self):
        self.path("in.txt").mkdir()
        worker = self.worker(self.source()).started()
        worker.wait_log("in.txt' is a directory; waiting")
        self.assert_idle(worker)
        self.path("in.txt").rmdir()
        self.write("a file\n")
        self.wait_messages(1)

    def test_a_file_shorter_than_the_stored_position(self):
        self.write("x" * 99 + "\n")
        worker = self.worker(self.source()).started()
        self.wait_messages(1)
        worker.stop()
        self.write("four", mode="wb")
        worker = self.worker(self.source()).started()
        worker.wait_log(r"WARN .*has 4 bytes, fewer than the 100")
        self.assert_idle(worker)
        self.write("y" * 100 + "\nz\n")
        self.wait_messages(3)
        self.assertEqual(self.broker.values(self.name)[2], "z")

    def assert_idle(self, worker):
        """What waits takes no processor time to speak of, and writes no log."""
        lines = len(worker.lines)
        before = self.cpu_seconds(worker)
        time.sleep(2)
        self.assertLess(self.cpu_seconds(worker) - before, 0.2)
        self.assertLessEqual(len(worker.lines), lines + 2)

    @staticmethod
    def cpu_seconds(worker):
        with open(f"/proc/{worker.process.pid}/stat", encoding="ascii") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Unusual(Scenario):
    def test_a_record_above_the_largest_request_fails_the_task(self):
        self.write("before\n" + "x" * 5000 + "\nafter\n")
        worker = self.worker(self.source(producer_override_max_request_size=2000)).started()
        status = worker.wait_task(self.name + "-source", "FAILED")
        self.assertIn("Unrecoverable exception from producer send callback", status["trace"])
        self.assertIn("org.apache.kafka.common.errors.RecordTooLargeException", status["trace"])
        self.assertEqual(worker.status(self.name + "-source")["connector"]["state"], "RUNNING")
        # What came before it is delivered and stored; a restart goes on from there.
        self.assertEqual(self.broker.values(self.name), ["before"])
        worker.stop()
        self.assertIn(b'{"position":7}', self.text("offsets"))

    def test_a_tolerated_record_above_the_largest_request_is_left_out(self):
        self.write("before\n" + "x" * 5000 + "\nafter\n" + "x" * 5000 + "\n")
        worker = self.worker(self.source(producer_override_max_request_size=2000, errors_tolerance="all")).started()
        self.wait_messages(2)
        worker.stop()
        self.assertIn(b'{"position":%d}' % len(self.text("in.txt")), self.text("offsets"))
        self.write("more\n")
        self.worker(self.source(producer_override_max_request_size=2000, errors_tolerance="all")).started()
        self.wait_messages(3)
        self.assertEqual(self.broker.values(self.name), ["before", "after", "more"])

    def test_a_line_of_200_megabytes_is_reported(self):
        self.write("before\n")
        with open(self.path("in.txt"), "ab") as out:
            for _ in range(200):
                out.write(b"x" * 1_000_000)
            out.write(b"\nafter\n")
        worker = self.worker(self.source()).started()
        trace = worker.wait_task(self.name + "-source", "FAILED")["trace"]
        self.assertRegex(trace, r"the line that starts at byte 7 of file '.*in.txt' is longer than \d+ bytes")
        self.assertEqual(self.broker.values(self.name), ["before"])
        self.assertLess(self.most_memory(worker), 600_000_000)
        self.assertEqual(worker.ask("GET", "/")[0], 200)
        self.assertEqual(worker.stop(), 143)

    @staticmethod
    def most_memory(worker):
        with open(f"/proc/{worker.process.pid}/status", encoding="ascii") as status:
            return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))

    def test_a_file_that_may_not_be_read(self):
        # A directory on its way that is a file: an error for root, too.
        self.write("a file\n", "folder")
        worker = self.worker(self.source(file="folder/in.txt")).started()
        self.assertIn("cannot open file", worker.wait_task(self.name + "-source", "FAILED")["trace"])

    def test_pause_resume_and_stop_in_mid_stream(self):
        lines = [f"line {i} {'.' * 80}" for i in range(200_000)]
        self.write("".join(line + "\n" for line in lines))
        worker = self.worker(self.source()).started()
        name = self.name + "-source"
        self.wait_messages(1)
        for action, state in ("pause", "PAUSED"), ("resume", "RUNNING"):
            self.assertEqual(worker.ask("PUT", f"/connectors/{name}/{action}")[0], 202)
            worker.wait_task(name, state)
        self.assertEqual(worker.ask("PUT", f"/connectors/{name}/stop")[0], 204)
        self.assertEqual(worker.status(name)["tasks"], [])
        self.assertEqual(worker.ask("PUT", f"/connectors/{name}/resume")[0], 202)
        self.wait_messages(len(lines))
        worker.stop()
        self.assertEqual(self.broker.values(self.name), lines)


if __name__ == "__main__":
    main()
