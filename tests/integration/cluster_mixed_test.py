"""Work in clusters of Millrace and Java workers: how it is shared, moves, comes back, with each side as the leader."""

import concurrent.futures
import http.client
import json
import signal
import time

from cluster import SESSION
from harness import main, wait_until
from mixed import KINDS, OTHER, MixedScenario
from proxy import Proxy

DELAY = 10  # seconds


class Sharing(MixedScenario):
    def setUp(self):
        super().setUp()
        self.cluster["scheduled.rebalance.max.delay.ms"] = DELAY * 1000
        self.broker.create(self.name, 4)

    def test_java_leads(self):
        self.share_and_lose("java")

    def test_millrace_leads(self):
        self.share_and_lose("millrace")

    def share_and_lose(self, kind):
        leader = self.joined(self.start(kind))
        names = self.sinks(leader, 2, 4)
        lone = self.rounds(leader)[-1].generation

        # C2, C8: another one joins. One round takes, one gives.
        follower = self.joined(self.start(OTHER[kind]))
        for worker in leader, follower:
            self.wait_share(leader, worker, names, (1, 4))
        last = self.wait_one_generation(leader, follower)
        self.assertEqual(last.leader, f"http://{self.id_of(leader)}/")
        self.assertEqual([(one.revoked, one.runs) for one in self.rounds(leader) if one.generation > lone],
                         [((1, 4), (1, 4)), ((0, 0), (1, 4))])
        self.assertEqual(self.rounds(follower)[-1].runs, (1, 4))  # Java does not always tell of the first round
        self.assertEqual({one.revoked for one in self.rounds(follower)}, {(0, 0)})
        self.stays(2, lambda: (self.rounds(leader)[-1], self.rounds(follower)[-1]))
        self.assert_never_twice()
        share, stays = self.share(leader, follower, names), self.share(leader, leader, names)

        # C9: it is killed, and comes back at once.
        follower.kill()
        follower = self.start(OTHER[kind])
        self.comes_back(leader, follower, names, share, stays, last.generation)

        # C13: it leaves in order, and comes back.
        last = self.wait_one_generation(leader, follower)
        self.assertEqual(follower.stop(), 128 + signal.SIGTERM)
        exited = time.time()
        noticed = self.wait_round(leader, lambda one: one.delay > 0, last.generation)
        self.assertLess(noticed.time - exited, 1, "it said goodbye")
        ended = {task for task, state, worker in self.task_states()
                 if state == "UNASSIGNED" and worker == self.id_of(follower)}
        self.assertEqual(ended, {f"{name}-{part}" for name, part in share if part != "connector"}, follower.log[-5000:])
        follower = self.start(OTHER[kind])
        self.comes_back(leader, follower, names, share, stays, last.generation)

        # C10: it is killed for good.
        self.wait_one_generation(leader, follower)
        begin = time.monotonic()
        follower.kill()
        self.wait_share(leader, leader, names, share | stays)
        self.assertGreater(time.monotonic() - begin, SESSION + DELAY - 1)

    def comes_back(self, leader, follower, names, share, stays, generation):
        """Nothing moves until the delay is over, then the follower has what it had; the leader's work goes on."""
        noticed = self.wait_round(leader, lambda one: one.delay > 0, generation)
        self.wait_share(leader, follower, names, share)
        given = self.wait_one_generation(leader, follower)
        self.assertGreater(given.time - noticed.time, DELAY - 0.1)
        self.assertEqual(self.share(leader, leader, names), stays)
        own = {f"{name}-{part}" for name, part in stays if part != "connector"}
        touched = [(state, worker) for task, state, worker in self.task_states()
                   if task in own and worker == self.id_of(leader)]
        self.assertEqual(touched, [("RUNNING", self.id_of(leader))] * len(own), "the leader's tasks went on")


class Frozen(MixedScenario):
    """C16: a worker stands still until its work was given away, and goes on."""

    def test_java_leads(self):
        self.freeze("java")

    def test_millrace_leads(self):
        self.freeze("millrace")

    def freeze(self, kind):
        self.broker.create(self.name, 4)
        leader, follower = self.pair(kind)
        names = self.sinks(leader, 2, 2)
        for worker in leader, follower:
            self.wait_share(leader, worker, names, (1, 2))
        whole = self.share(leader, leader, names) | self.share(leader, follower, names)
        follower.process.send_signal(signal.SIGSTOP)
        try:
            self.wait_share(leader, leader, names, whole)
            given = self.wait_round(leader, lambda one: one.runs == (2, 4))
        finally:
            follower.process.send_signal(signal.SIGCONT)
        self.wait_round(leader, lambda one: one.revoked != (0, 0), given.generation)
        for worker in leader, follower:
            self.wait_share(leader, worker, names, (1, 2))
        self.wait_one_generation(leader, follower)
        self.assertEqual(self.share(leader, leader, names) | self.share(leader, follower, names), whole)
        self.assertEqual({self.rounds(worker)[-1].runs for worker in (leader, follower)}, {(1, 2)})


class Cut(MixedScenario):
    """A worker of ours whose connections to the broker go through a proxy."""

    def setUp(self):
        super().setUp()
        self.proxy = Proxy.of_own_broker(self)
        self.cluster.update({"bootstrap.servers": self.broker.address, "heartbeat.interval.ms": 3000,
                             "session.timeout.ms": 20_000, "scheduled.rebalance.max.delay.ms": DELAY * 1000})
        self.broker.create(self.name, 4)

    def behind_the_proxy(self):
        return self.start("millrace", bootstrap_servers=f"127.0.0.1:{self.proxy.port}")

    def test_the_coordinator_is_away(self):
        """C17: for less than a heartbeat's interval: nothing stops. For longer: all stops."""
        worker = self.joined(self.behind_the_proxy())
        (name,) = self.sinks(worker, 1, 2)
        client = f"connect-{self.id_of(worker)}"
        began = self.task_states()
        self.proxy.cut(client)
        self.stays(2, lambda: self.states(worker, name))
        self.proxy.cut(None)
        generation = self.rounds(worker)[-1].generation
        self.create(worker, {**self.sink("more.txt"), "name": f"{self.name}-more"})  # a round: it was found again
        self.wait_states(worker, f"{self.name}-more", "RUNNING", 1)
        self.assertGreater(self.rounds(worker)[-1].generation, generation)
        self.assertEqual([one for one in self.task_states() if "-more-" not in one[0]], began)
        begin = time.monotonic()
        self.proxy.cut(client)
        self.wait_states(worker, name, "UNASSIGNED", 2)
        self.assertGreater(time.monotonic() - begin, 2.9)
        self.stays(1, lambda: self.states(worker, name))
        self.proxy.cut(None)
        self.wait_states(worker, name, "RUNNING", 2)

    def test_the_config_topic_is_out_of_reach_of_a_follower(self):
        """C18: it leaves, keeps its work, and comes back when it can read again."""
        java = self.joined(self.start("java"))
        self.proxy.hold("-configs")
        ours = self.behind_the_proxy()
        signed = {"X-Connect-Authorization": "AAAA", "X-Connect-Request-Signature-Algorithm": "HmacSHA256"}
        ours.wait_log("REST resources initialized")
        with concurrent.futures.ThreadPoolExecutor() as pool:
            question = pool.submit(ours.ask, "GET", "/connectors")
            self.assertEqual([self.post_tasks(ours, headers) for headers in ({}, signed)], [400, 503])  # C35: no key yet
            self.assertEqual(ours.ask("GET", "/connector-plugins")[0], 200)
            self.proxy.hold(None)
            self.assertEqual(question.result(), (200, []), "it waits until the worker knows")
        self.joined(ours)
        names = self.sinks(java, 2, 2)
        self.wait_share(java, ours, names, (1, 2))
        share, began = self.share(java, ours, names), self.task_states()
        self.proxy.hold("-configs")
        more = self.create(java, {**self.sink("more.txt"), "name": f"{self.name}-more"})
        ours.wait_log("The config topic could not be read to its end")
        left = self.wait_round(java, lambda one: one.delay > 0)
        self.proxy.hold(None)
        self.wait_round(ours, lambda one: one.generation > left.generation)
        self.wait_states(java, more, "RUNNING", 1)
        self.assertEqual(self.share(java, ours, names), share)
        self.assertEqual([one for one in self.task_states() if f"{more}-" not in one[0]], began, "nothing stopped")

    @staticmethod
    def post_tasks(worker, headers):
        """What a worker says to a request between workers."""
        connection = http.client.HTTPConnection("127.0.0.1", worker.port, timeout=60)
        try:
            connection.request("POST", "/connectors/any/tasks", "[]", {"Content-Type": "application/json", **headers})
            return connection.getresponse().status
        finally:
            connection.close()

    def test_the_config_topic_is_out_of_reach_of_the_leader(self):
        """C19: the leader knows less than others: they are told so, and keep their work."""
        ours = self.joined(self.behind_the_proxy())
        java = self.joined(self.start("java"))
        names = self.sinks(java, 2, 2)
        self.wait_share(java, java, names, (1, 2))
        began, last = self.task_states(), self.wait_one_generation(ours, java)
        more = f"{self.name}-more"
        config = {key: str(value) for key, value in self.sink("more.txt", name=more).items()}
        self.proxy.hold("-configs")
        self.broker.put(f"{self.name}-config", f"connector-{more}", json.dumps({"properties": config}))
        self.wait_round(java, lambda one: one.error == 1, last.generation)
        self.proxy.hold(None)
        self.wait_states(java, more, "RUNNING", 1)
        self.assertEqual([one for one in self.task_states() if f"{more}-" not in one[0]], began, "nothing stopped")
        self.assertEqual(self.wait_one_generation(ours, java).leader, f"http://{self.id_of(ours)}/")


if __name__ == "__main__":
    main(together=2)
