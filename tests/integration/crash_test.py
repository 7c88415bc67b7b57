"""kill -9 in mid-stream, and real text from end to end: what comes out is what went in."""

import pathlib
import subprocess
import threading

from harness import GIVEN_UP_SOON, Scenario, main, wait_until

# A member of a group with a name of its own: who comes back by that name has its partitions again.
BACK_AT_ONCE = {**GIVEN_UP_SOON, "consumer_override_group_instance_id": "one"}


class Killed(Scenario):
    """Lines come in all the time, so that every kill hits a worker at work."""
    kills = 3

    def setUp(self):
        super().setUp()
        self.lines = []
        self._enough = threading.Event()
        self._feeder = None

    def feed(self, take):
        """take(lines) is called with new lines, a thousand at a time, until enough() is."""
        def go_on():
            while not self._enough.is_set():
                begin = len(self.lines)
                self.lines += [f"line {i:07} {'.' * 80}" for i in range(begin, begin + 1000)]
                take(self.lines[begin:])
                self._enough.wait(0.01)

        self._feeder = threading.Thread(target=go_on)
        self._feeder.start()
        self.addCleanup(self.enough)

    def enough(self):
        self._enough.set()
        self._feeder.join()

    def to_file(self, lines):
        self.write("".join(line + "\n" for line in lines))

    def wait_source_at_end(self):
        end = b'{"position":%d}' % self.path("in.txt").stat().st_size
        wait_until(lambda: end in self.text("offsets"), "the end of the file is reached")

    def kill_after_output(self, start):
        for _ in range(self.kills):
            size = len(self.text())
            worker = start()
            wait_until(lambda: len(self.text()) > size + 500_000, f"the output is larger than {size + 500_000}")
            worker.kill()

    def assert_output(self):
        whole = set(self.lines)  # a line that was cut off by the kill is there once more, whole
        written = self.text().decode().splitlines()
        self.assert_nothing_lost(self.lines, [line for line in written if line in whole])
        self.assertLessEqual(sum(line not in whole for line in written), self.kills)

    def test_source(self):
        self.feed(self.to_file)
        for _ in range(self.kills):
            seen = self.broker.end(self.name)
            worker = self.worker(self.source())
            self.wait_messages(seen + 10_000)
            worker.kill()
        self.enough()
        worker = self.worker(self.source())
        self.wait_source_at_end()
        self.assertEqual(worker.stop(), 143)
        self.assert_nothing_lost(self.lines, self.broker.values(self.name))

    def test_sink(self):
        self.feed(lambda lines: self.broker.produce(self.name, lines))
        self.kill_after_output(lambda: self.worker(self.sink(**GIVEN_UP_SOON)))
        self.enough()
        worker = self.worker(self.sink(**GIVEN_UP_SOON))
        self.wait_committed({0: len(self.lines)})
        self.assertEqual(worker.stop(), 143)
        self.assert_output()

    def test_both_in_one_worker(self):
        self.broker.create(self.name)
        self.feed(self.to_file)
        self.kill_after_output(lambda: self.worker(self.source(), self.sink(**BACK_AT_ONCE)))
        self.enough()
        worker = self.worker(self.source(), self.sink(**BACK_AT_ONCE))
        self.wait_source_at_end()
        self.wait_committed({0: self.broker.end(self.name)})
        self.assertEqual(worker.stop(), 143)
        self.assert_nothing_lost(self.lines, self.broker.values(self.name))
        self.assert_output()


class RealText(Scenario):
    most = 64 << 20  # of a larger one the first so many bytes

    def real_text(self):
        """The largest of apt's package lists; where there are none, the C and C++ headers of this machine."""
        lists = [path for path in pathlib.Path("/var/lib/apt/lists").glob("*") if path.is_file()]
        if lists:
            largest = max(lists, key=lambda path: path.stat().st_size)
            # apt may keep its lists compressed; its helper reads them all.
            done = subprocess.run(["/usr/lib/apt/apt-helper", "cat-file", str(largest)], stdout=subprocess.PIPE,
                                  timeout=60, check=True)
            name, text = str(largest), done.stdout
        else:
            name, text = "/usr/include", b""
            for path in sorted(pathlib.Path(name).rglob("*.h*")):
                content = path.read_bytes() if path.is_file() else b""
                try:
                    content.decode()
                except UnicodeDecodeError:
                    continue
                text += b"" if b"\r" in content else content
                if len(text) > self.most:
                    break
        text = text[:text.rfind(b"\n", 0, self.most) + 1]
        self.assertGreater(len(text), 10 << 20, f"too little text in {name}: run apt-get update")
        print(f"real text: {len(text)} bytes from {name}", flush=True)
        return text

    def test_real_text_comes_out_as_it_went_in(self):
        text = self.real_text()
        self.write(text)
        self.broker.create(self.name)
        worker = self.worker(self.source(), self.sink()).started()
        wait_until(lambda: self.path("out.txt").exists() and self.path("out.txt").stat().st_size >= len(text),
                   "the output is as large as the input", seconds=200)
        self.assertEqual(worker.stop(), 143)
        self.assertTrue(self.text() == text, "the output differs from the input")
        self.assertEqual(self.broker.end(self.name), text.count(b"\n"))


if __name__ == "__main__":
    main(together=2)
