"""A worker that is cut off: nothing that it sends arrives any more, nothing reaches it, and nobody tells it or the others. It
must stop its work by itself, for the others take it over; then it comes back. The whole script runs in a network of its own.

With MILLRACE_CHAOS_SECONDS everything that chaos.py has happens as well, for that long."""

import re
import signal
import time

import network
from chaos import SECONDS, SESSION, ChaosScenario
from harness import main, wait_until
from network import HERE, THERE


class CutOff(ChaosScenario):
    """Two workers live beside the broker, the third one at the other end of a cable."""

    overrides = ("listeners=PLAINTEXT://0.0.0.0:%PORT%,CONTROLLER://127.0.0.1:%CONTROLLER%",
                 f"advertised.listeners=PLAINTEXT://{HERE}:%PORT%")
    sources = 7  # with the two tasks of the sink three for each worker: all of them read

    def setUp(self):
        self.cable = network.Cable()
        self.addCleanup(self.cable.remove)
        super().setUp()
        self.broker.address = self.broker.address.replace("127.0.0.1", HERE)
        self.cluster["bootstrap.servers"] = self.broker.address

    def start_at(self, host):
        return self.start(inside=self.cable.inside if host == THERE else (), listeners=f"http://{host}:0",
                          rest_advertised_host_name=host)

    def start_again(self, former):
        return self.start_at(former.host)

    def one_that_lives(self, fits):
        return next(worker for worker in self.living if fits(worker))

    def the_far_one(self):
        worker = self.one_that_lives(lambda worker: worker.host == THERE)
        wait_until(lambda: self.watch.reads(worker), lambda: f"it has some of the work\n{worker.log[-3000:]}")
        return worker

    def cut_off(self):
        victim = self.the_far_one()
        self.living.remove(victim)
        self.pull(victim)
        self.settle("a worker is cut off")
        self.mend(victim)

    def cut_off_in_a_round(self):
        """The worst moment: it has asked to join a round that waits for somebody else, which may take a minute, and sends no
        heartbeats meanwhile."""
        victim = self.the_far_one()
        frozen = self.one_that_lives(lambda worker: worker.host == HERE and not self.leads(worker))
        other = self.one_that_lives(lambda worker: worker not in (victim, frozen))
        for worker in victim, frozen:
            self.living.remove(worker)
        more = f"{self.name}-more-{time.monotonic_ns()}"
        frozen.process.send_signal(signal.SIGSTOP)
        try:
            self.create(other, {**self.source(), "name": more})
            wait_until(lambda: more in victim.ask("GET", "/connectors")[1], "the other ones want a round")
            self.pull(victim)
        finally:
            frozen.process.send_signal(signal.SIGCONT)
        self.living.append(frozen)
        self.settle("a worker is cut off in a round")
        self.mend(victim)
        self.assertEqual(self.ask(other, "DELETE", f"/connectors/{more}")[0], 204)

    def leads(self, worker):
        return f"//{self.id_of(worker)}/" == re.findall(r"; leader http:(\S+?);", self.living[0].log)[-1]

    def pull(self, victim):
        """Cuts it off, until it has stopped its work."""
        self.cable.pull()
        self.assertTrue(self.watch.reads(victim))
        begin = time.monotonic()
        wait_until(lambda: not self.watch.reads(victim), lambda: f"it has stopped\n{victim.log[-3000:]}")
        took = time.monotonic() - begin - 1  # that is how long the watch believes it
        print(f"cut off, it went on for {took:.1f} s", flush=True)
        self.assertLess(took, SESSION + 2, victim.log[-5000:])

    def mend(self, victim):
        self.cable.plug_in()
        self.joined(victim)
        self.living.append(victim)
        self.settle("it is back", busy=[victim])

    def test_it_stops_by_itself_and_comes_back(self):
        for host in THERE, HERE, HERE:  # the first one leads at first
            self.joined(self.start_at(host))
        things = [self.cut_off, self.cut_off, self.cut_off_in_a_round]
        if SECONDS:
            things = self.by_chance([self.killed, self.frozen, self.restarted, self.broker_restarted, self.broker_killed,
                                     self.cut_off, self.cut_off_in_a_round], float(SECONDS))
        self.go_through(things)


if __name__ == "__main__":
    network.of_its_own()
    main()
