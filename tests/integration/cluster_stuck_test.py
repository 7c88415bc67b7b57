"""Tasks and connectors of a cluster that do not stop: C45, H23, H24."""

import signal
import time

from cluster import ClusterScenario
from harness import GIVEN_UP_SOON, main, setting, wait_until

# H23: what the worker waits for at its end, one after the other: the config topic (worker.sync.timeout.ms), tasks
# (task.shutdown.graceful.timeout.ms), connectors, and all the rest.
END = 3 + 5 + 5 + 10  # seconds


class Stuck(ClusterScenario):
    def setUp(self):
        super().setUp()
        self.cluster["plugin.path"] = setting("MILLRACE_TEST_PLUGINS")
        self.path("stuck").touch()
        self.broker.create(self.name)

    def hanging(self, worker, call, number=0):
        """A connector that hangs in that call for as long as the file `stuck` is there."""
        name = self.create(worker, {**self.sink(name=f"{self.name}-{call}-{number}", hangs_in=call,
                                                hangs_while=self.path("stuck"), **GIVEN_UP_SOON,
                                                consumer_override_max_poll_interval_ms=6000),
                                    "connector.class": "test.HangingSinkConnector"})
        self.wait_states(worker, name, "RUNNING", 1)
        return name

    def feed(self, worker, tasks):
        """A record, in which each task hangs."""
        self.broker.produce(self.name, ["a line"])
        self.wait_lines(worker, "hangs in task.put", tasks)

    def owner(self, teller, name):
        """Of its task, while that runs."""
        return next(iter(self.owners(teller, name)), None)

    def wait_lines(self, worker, text, count):
        wait_until(lambda: worker.log.count(text) >= count, lambda: f"{count} times '{text}'\n{worker.log[-4000:]}")

    @staticmethod
    def task_threads(worker):
        """How many tasks have not ended, whatever the worker thinks of them."""
        return sum(name.startswith("task-thread-") for name in worker.threads())

    def told_by(self, worker, name):
        return [(task, state) for task, state, teller in self.task_states()
                if task.startswith(name + "-") and teller == self.id_of(worker)]

    def test_a_worker_with_a_stuck_task_ends_in_time(self):
        """C45: nobody waits for it, and it is not heard of again."""
        first = self.joined(self.node())
        task, connector = self.hanging(first, "task.put"), self.hanging(first, "stop")
        self.feed(first, 1)
        before = self.told_by(first, task)
        begin = time.monotonic()
        self.assertEqual(first.stop(), 128 + signal.SIGTERM)
        self.assertLess(time.monotonic() - begin, END)
        self.path("stuck").unlink()
        second = self.joined(self.node())
        for name in task, connector:
            self.wait_states(second, name, "RUNNING", 1)
            wait_until(lambda name=name: self.owner(second, name) == self.id_of(second), "the next worker has it")
        self.wait_committed({0: 1}, f"connect-{task}")
        self.assertEqual(self.told_by(first, task), before)

    def test_a_stuck_task_is_given_to_another_worker(self):
        """H24, S23: no round waits for it, other work goes on, and when it comes to itself it says nothing."""
        self.cluster["task.shutdown.graceful.timeout.ms"] = 1000
        first = self.joined(self.node())
        names = [self.hanging(first, "task.put", number) for number in range(2)]
        self.feed(first, 2)
        second = self.joined(self.node())
        ids = {self.id_of(worker) for worker in (first, second)}
        wait_until(lambda: {self.owner(second, name) for name in names} == ids, lambda: f"each has one\n{first.log[-4000:]}")
        (moved,) = (name for name in names if self.owner(second, name) == self.id_of(second))
        self.wait_lines(second, "hangs in task.put", 1)  # Kafka, too, has given up the first one (max.poll.interval.ms)
        self.write("one\n")
        source = self.create(first, self.source(topic=self.name + "-lines"))
        self.wait_states(second, source, "RUNNING", 1)
        self.wait_messages(1, self.name + "-lines")

        threads, told = self.task_threads(first), self.told_by(first, moved)
        self.assertGreaterEqual(threads, 2, "it is still stuck")
        self.path("stuck").unlink()
        wait_until(lambda: self.task_threads(first) == threads - 1, "it ends")
        for name in names:
            self.wait_committed({0: 1}, f"connect-{name}")
        self.assertEqual(self.told_by(first, moved), told)
        self.assertEqual(self.owner(first, moved), self.id_of(second))


if __name__ == "__main__":
    main()
