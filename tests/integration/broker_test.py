"""Topics that do not exist (T27), brokers that go away (T28)."""

import time

from harness import GIVEN_UP_SOON, Scenario, main, wait_until


def text(first, last):
    return "".join(f"line {i:06} {'.' * 50}\n" for i in range(first, last))


class MissingTopic(Scenario):
    def test_is_waited_for(self):
        self.own_broker("auto.create.topics.enable=false")
        name = self.name + "-source"
        self.write(text(0, 1000))
        worker = self.worker(self.source(), self.sink()).started()
        worker.wait_log("waits until topic")
        self.assert_running(worker)
        # What waits can be paused, resumed and stopped as if it did not.
        for action, state in ("pause", "PAUSED"), ("resume", "RUNNING"):
            self.assertEqual(worker.ask("PUT", f"/connectors/{name}/{action}")[0], 202)
            worker.wait_task(name, state)
        begin = time.monotonic()
        self.assertEqual(worker.stop(), 143)
        self.assertLess(time.monotonic() - begin, 5)

        worker = self.worker(self.source(), self.sink()).started()
        time.sleep(3)
        self.assert_running(worker)
        self.broker.create(self.name)
        self.wait_text(text(0, 1000))
        self.assertEqual(self.broker.values(self.name), text(0, 1000).splitlines())
        self.assert_running(worker)

    def assert_running(self, worker):
        for kind in "source", "sink":
            self.assertEqual(worker.task(f"{self.name}-{kind}").get("state"), "RUNNING")


class Away(Scenario):
    """A broker that goes away in mid-stream: the order is kept, nothing is lost, nobody fails."""

    def stream_through(self, *interruptions):
        self.own_broker()
        self.broker.create(self.name)
        last = 100_000
        self.write(text(0, last))
        worker = self.worker(self.source(), self.sink()).started()
        for interrupt in interruptions:
            wait_until(self.text, "lines come out")
            interrupt()
            self.write(text(last, last + 20_000))
            last += 20_000
        end = b'{"position":%d}' % self.path("in.txt").stat().st_size
        wait_until(lambda: end in self.text("offsets"), "the end of the file is reached")
        lines = text(0, last).splitlines()
        # Producers are idempotent: a batch that was sent twice is there once.
        self.assertTrue(self.broker.values(self.name) == lines, "the topic has the lines once and in order")
        self.wait_committed({0: last})
        self.assert_nothing_lost(lines, self.text().decode().splitlines())
        for kind in "source", "sink":
            self.assertEqual(worker.task(f"{self.name}-{kind}").get("state"), "RUNNING")
        self.assertEqual(worker.stop(), 143)

    def kill_for_a_while(self):
        self.broker.control("kill")
        self.write("")
        time.sleep(5)
        self.broker.control("start")

    def test_orderly_restart_and_kill(self):
        self.stream_through(lambda: self.broker.control("restart"), self.kill_for_a_while)

    def test_a_worker_ends_in_time_without_its_broker(self):
        self.own_broker()
        self.write(text(0, 10))
        worker = self.worker(self.source(), self.sink(**GIVEN_UP_SOON), offset_flush_timeout_ms=1000).started()
        self.wait_text(text(0, 10))
        self.broker.control("kill")
        self.write(text(10, 20))
        begin = time.monotonic()
        self.assertEqual(worker.stop(), 143)
        self.assertLess(time.monotonic() - begin, 15)
        self.broker.control("start")
        self.worker(self.source(), self.sink(**GIVEN_UP_SOON)).started()
        lines = text(0, 20).splitlines()
        wait_until(lambda: list(dict.fromkeys(self.text().decode().splitlines())) == lines, "all lines are there")


if __name__ == "__main__":
    main(together=3)
