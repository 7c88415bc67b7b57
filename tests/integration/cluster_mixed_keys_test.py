"""The key that signs requests between workers is replaced again and again, while leaders come and go: C36, H18, H19."""

import json
import time

from harness import main, wait_until
from mixed import KINDS, MixedScenario
from signing import Signing

LIFE = 5  # seconds


class Keys(MixedScenario, Signing):
    def test_leaders_change_and_all_restart(self):
        self.cluster["inter.worker.key.ttl.ms"] = LIFE * 1000
        self.changes = 0
        self.write("one\n")
        leader, follower = self.pair("java")
        self.names = [self.create(leader, self.source(name=f"{self.name}-{number}")) for number in range(2)]
        self.publishing_goes_on(leader, follower)
        for kind in KINDS:  # first Java leads, then Millrace, then Java
            leader.stop()
            leader, follower = follower, self.joined(self.start(kind))
            self.publishing_goes_on(leader, follower)
        leader.stop()
        follower.stop()
        keys = self.keys()
        wait_until(lambda: time.time() > self.made() + LIFE, "the key has run out while nobody was there")
        leader, follower = self.pair("millrace")
        self.publishing_goes_on(leader, follower)
        more = self.keys()
        self.assertGreater(len(more), len(keys))
        self.assertEqual(len(set(more)), len(more), "no key comes twice")

    def made(self):
        """When the newest key was made."""
        return json.loads(dict(self.records_of("config"))["session-key"])["creation-timestamp"] / 1000

    def publishing_goes_on(self, leader, follower):
        """Also right after a key was replaced, and with no key of before."""
        for worker in leader, follower:
            self.wait_share(leader, worker, self.names, (1, 1))
        self.keys(len(self.keys()) + 1)
        (name,) = (name for name, part in self.share(leader, follower, self.names) if part == "connector")
        posted = lambda: leader.log.count(f'"POST /connectors/{name}/tasks HTTP/1.1" 204')
        before = posted()
        self.changes += 1
        for one in self.names:
            self.create(follower, self.source(name=one, batch_size=self.changes), 200)
        for one in self.names:
            for worker in leader, follower:
                self.wait_tasks(worker, one)
        self.assertGreater(posted(), before, "the follower has told the leader")
        for key in self.keys()[:-1]:
            self.assertEqual(self.post_tasks(leader, name, b"[]", key)[0], 403)
        for one in self.names:
            self.wait_states(leader, one, "RUNNING", 1)

    def wait_tasks(self, worker, name):
        def tasks():
            status, answer = worker.ask("GET", f"/connectors/{name}/tasks")
            return [task["config"].get("batch.size") for task in answer] if status == 200 else answer
        wait_until(lambda: tasks() == [str(self.changes)], lambda: f"the tasks of {name} are published, but {tasks()}\n"
                   + "\n\n".join(node.log[-6000:] for node in self.nodes[-2:]))


if __name__ == "__main__":
    main()
