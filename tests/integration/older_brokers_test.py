"""C6: brokers of former versions. A cluster of two workers forms on each, lines stream through it, and one worker leaves."""

import pathlib
import signal
import subprocess

from cluster import ClusterScenario
from harness import GIVEN_UP_SOON, Broker, main, run, setting, wait_until

SCRIPT = pathlib.Path(setting("MILLRACE_KAFKA_SCRIPT")).parent / "old_kafka.sh"


class Cluster(ClusterScenario):
    def old_broker(self, version):
        folder = self.path("broker")
        self.addCleanup(subprocess.run, [SCRIPT, "kill", folder], check=False)
        out = run([SCRIPT, "start", folder, version]).decode()
        self.broker = Broker(out.split("bootstrap.servers=")[1].strip())
        self.cluster["bootstrap.servers"] = self.broker.address

    def work(self, version):
        self.old_broker(version)
        first = self.joined(self.node())
        self.write("one\ntwo\n")
        names = [self.create(first, self.source()), self.create(first, self.sink(**GIVEN_UP_SOON))]
        for name in names:
            self.wait_states(first, name, "RUNNING", 1)
        self.wait_text("one\ntwo\n")
        second = self.joined(self.node())
        self.wait_on(second, names, [first, second])
        self.write("three\n")
        self.wait_text("one\ntwo\nthree\n")
        self.assertEqual(first.stop(), 128 + signal.SIGTERM)
        self.wait_on(second, names, [second])
        self.write("four\n")
        self.wait_text("one\ntwo\nthree\nfour\n")
        self.assertEqual(self.broker.values(self.name), ["one", "two", "three", "four"])
        self.assertEqual(second.stop(), 128 + signal.SIGTERM)

    def wait_on(self, teller, names, workers):
        """Until each of the workers, and nobody else, runs some of the tasks, and all run."""
        def owners():
            return [next(iter(self.owners(teller, name)), None) for name in names]
        wait_until(lambda: set(owners()) == {self.id_of(worker) for worker in workers},
                   lambda: f"all run there, but {owners()}\n" + "\n\n".join(worker.log[-3000:] for worker in workers))

    def test_2_8(self):
        self.work("2.8")

    def test_3_9(self):
        self.work("3.9")


if __name__ == "__main__":
    main()
