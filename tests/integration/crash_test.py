"""kill -9 in mid-stream, and real text from end to end: what comes out is what went in."""

import pathlib
import subprocess

from harness import GIVEN_UP_SOON, Scenario, main, wait_until

# A member of a group with a name of its own: who comes back by that name has its partitions again.
BACK_AT_ONCE = {**GIVEN_UP_SOON, "consumer_override_group_instance_id": "one"}


class Killed(Scenario):
    lines = [f"line {i:07} {'.' * 80}" for i in range(200_000)]
    kills = 3

    def test_source(self):
        self.write("".join(line + "\n" for line in self.lines))
        seen, in_mid_stream = 0, 0
        for _ in range(self.kills):
            worker = self.worker(self.source())
            self.wait_messages(seen + 10_000)
            worker.kill()
            self.assertLess(seen, self.broker.end(self.name))
            seen = self.broker.end(self.name)
            in_mid_stream += seen < len(self.lines)
        worker = self.worker(self.source())
        end = b'{"position":%d}' % self.path("in.txt").stat().st_size
        wait_until(lambda: end in self.text("offsets"), "the end of the file is reached")
        self.assertEqual(worker.stop(), 143)
        self.assert_nothing_lost(self.lines, self.broker.values(self.name))
        self.assertGreater(in_mid_stream, 0, "every kill came too late")

    def test_sink(self):
        self.broker.produce(self.name, self.lines)
        for _ in range(self.kills):
            size = len(self.text())
            worker = self.worker(self.sink(**GIVEN_UP_SOON))
            wait_until(lambda: len(self.text()) > size + 500_000, f"the output is larger than {size + 500_000}")
            worker.kill()
        worker = self.worker(self.sink(**GIVEN_UP_SOON))
        self.wait_committed({0: len(self.lines)})
        self.assertEqual(worker.stop(), 143)
        whole = set(self.lines)  # a line that was cut off by the kill is there once more, whole
        written = self.text().decode().splitlines()
        self.assert_nothing_lost(self.lines, [line for line in written if line in whole])
        self.assertLessEqual(sum(line not in whole for line in written), self.kills)

    def test_both_in_one_worker(self):
        self.write("".join(line + "\n" for line in self.lines))
        self.broker.create(self.name)
        for _ in range(self.kills):
            size = len(self.text())
            worker = self.worker(self.source(), self.sink(**BACK_AT_ONCE))
            wait_until(lambda: len(self.text()) > size + 500_000, f"the output is larger than {size + 500_000}")
            worker.kill()
        worker = self.worker(self.source(), self.sink(**BACK_AT_ONCE))
        end = b'{"position":%d}' % self.path("in.txt").stat().st_size
        wait_until(lambda: end in self.text("offsets"), "the end of the file is reached")
        self.wait_committed({0: self.broker.end(self.name)})
        self.assertEqual(worker.stop(), 143)
        whole = set(self.lines)
        self.assert_nothing_lost(self.lines, self.broker.values(self.name))
        self.assert_nothing_lost(self.lines, [line for line in self.text().decode().splitlines() if line in whole])


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
                   "the output is as large as the input", seconds=120)
        self.assertEqual(worker.stop(), 143)
        self.assertTrue(self.text() == text, "the output differs from the input")
        self.assertEqual(self.broker.end(self.name), text.count(b"\n"))


if __name__ == "__main__":
    main(together=2)
