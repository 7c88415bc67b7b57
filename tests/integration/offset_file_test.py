"""The file of source offsets: shared with the Java worker (T11), cut short (T13), not writable, left by a crash (T15)."""

from harness import Scenario, main, wait_until


def text(first, last):
    return "".join(f"line {i}\n" for i in range(first, last))


class OffsetFile(Scenario):
    def run_until(self, count, **options):
        worker = self.worker(self.source(), **options).started()
        self.wait_messages(count)
        self.assertEqual(worker.stop(), 143)
        return worker

    def assert_all_lines(self, count):
        self.assertEqual(self.broker.values(self.name), text(0, count).splitlines())

    def test_java_goes_on_where_we_stopped_and_we_where_java_did(self):
        self.write(text(0, 500))
        self.run_until(500)
        self.write(text(500, 1000))
        self.run_until(1000, java=True, plugin_discovery="only_scan")
        self.write(text(1000, 1500))
        self.run_until(1500)
        self.assert_all_lines(1500)

    def test_an_empty_or_truncated_file_holds_no_offsets(self):
        self.write(text(0, 10))
        self.run_until(10)
        whole = self.text("offsets")
        for i, content in enumerate([b"", whole[:3], whole[:90], whole[:-1]]):
            self.write(content, "offsets", "wb")
            self.run_until(20 + 10 * i)
        self.assertEqual(self.text("offsets"), whole)

    def test_what_a_crash_left_beside_it_is_not_read(self):
        self.write(text(0, 10))
        self.run_until(10)
        self.write("half of what was to be", "offsets.millrace.tmp")
        self.write(text(10, 20))
        self.run_until(20)
        self.assert_all_lines(20)
        self.assertFalse(self.path("offsets.millrace.tmp").exists())

    def test_a_full_disk_is_reported_and_later_made_up_for(self):
        self.write(text(0, 10))
        worker = self.worker(self.source()).started()
        wait_until(lambda: b'{"position":70}' in self.text("offsets"), "the first offset is stored")
        before = self.text("offsets")
        worker.limit_file_size(50)
        self.write(text(10, 20))
        self.wait_messages(20)
        worker.wait_log(r"failed to commit offsets, will try again.*offsets.*")
        self.assertEqual(self.text("offsets"), before)
        self.assertEqual(worker.task(self.name + "-source")["state"], "RUNNING")
        worker.limit_file_size(-1)
        wait_until(lambda: b'{"position":150}' in self.text("offsets"), "the last offset is stored")

    def test_a_full_disk_at_the_end_means_lines_twice_and_none_lost(self):
        self.write(text(0, 10))
        worker = self.worker(self.source(), offset_flush_interval_ms=600_000).started()
        self.wait_messages(10)
        worker.limit_file_size(50)
        self.assertEqual(worker.stop(), 143)
        self.assertIn("failed to commit offsets", worker.log)
        self.assertFalse(self.path("offsets").exists())
        self.run_until(20)
        self.assert_nothing_lost(text(0, 10).splitlines(), self.broker.values(self.name))

    def test_a_folder_in_its_place(self):
        self.path("offsets").mkdir()
        worker = self.worker()
        self.assertEqual(worker.wait_exit(), 3)
        self.assertIn(f"'{self.path('offsets')}'", worker.log)

    def test_its_folder_is_missing(self):
        self.write(text(0, 10))
        worker = self.worker(self.source(), offset_storage_file_filename=self.path("missing/offsets")).started()
        worker.wait_log("failed to commit offsets, will try again.*missing/offsets")
        self.path("missing").mkdir()
        wait_until(lambda: b'{"position":70}' in self.text("missing/offsets"), "the offset is stored")


if __name__ == "__main__":
    main()
