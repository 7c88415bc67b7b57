"""Clusters of Millrace and Java workers: what the scripts cluster_mixed*_test.py share."""

import collections
import os
import re
import time

from cluster import ClusterScenario
from harness import GIVEN_UP_SOON, wait_until

# A Java worker answers after three seconds instead of seven: services are looked up, not searched for, and only the
# first compiler works.
os.environ.setdefault("KAFKA_OPTS", "-XX:TieredStopAtLevel=1")
QUICK = {"plugin_discovery": "service_load"}
KINDS = ("java", "millrace")
OTHER = dict(zip(KINDS, reversed(KINDS)))

# What a worker was told in a round. revoked and runs count (connectors, tasks); time: of the clock, in seconds.
Round = collections.namedtuple("Round", "generation leader revoked runs delay error time")
TIME = re.compile(r"\[?(\S+ \S+),(\d+)")
OURS = re.compile(r"Rebalance (\d+) took .*; leader (\S+); gave up (\d+) connectors? and (\d+) tasks?, got .*, "
                  r"runs (\d+) connectors? and (\d+) tasks?(?:, another one follows in (\d+) ms)?")
JAVAS = re.compile(r"Joined group at generation (\d+) .* Assignment\{error=(\d+), .*leaderUrl='([^']*)', .*"
                   r"connectorIds=\[(.*?)\], taskIds=\[(.*?)\], revokedConnectorIds=\[(.*?)\], "
                   r"revokedTaskIds=\[(.*?)\], delay=(\d+)\}")


class MixedScenario(ClusterScenario):
    """Workers of both kinds in one cluster."""

    def start(self, kind, **settings):
        return self.node(java=kind == "java", **{**(QUICK if kind == "java" else {}), **settings})

    def pair(self, leader, **settings):
        """A worker of that kind, which leads, and one of the other."""
        first = self.joined(self.start(leader, **settings))
        return first, self.joined(self.start(OTHER[leader], **settings))

    def sinks(self, worker, count, tasks):
        """Creates file sinks that read the same topic, and waits until they run."""
        names = [self.create(worker, self.sink(f"{i}.txt", name=f"{self.name}-{i}", tasks_max=tasks, **GIVEN_UP_SOON))
                 for i in range(count)]
        for name in names:
            self.wait_states(worker, name, "RUNNING", tasks)
        return names

    @staticmethod
    def rounds(worker):
        """All rounds so far, as its log tells them; ours does not tell those that ended in an error."""
        rounds = []
        for line in worker.log.splitlines():
            if "Rebalance " not in line and "Joined group " not in line:
                continue
            second, milliseconds = TIME.match(line).groups()
            at = time.mktime(time.strptime(second, "%Y-%m-%d %H:%M:%S")) + int(milliseconds) / 1000
            if found := OURS.search(line):
                generation, leader, *numbers, delay = found.groups()
                numbers = [int(one) for one in numbers]
                rounds.append(Round(int(generation), leader, (numbers[0], numbers[1]), (numbers[2], numbers[3]),
                                    int(delay or 0), 0, at))
            elif found := JAVAS.search(line):
                generation, error, leader, *lists, delay = found.groups()
                numbers = [len(one.split(",")) if one else 0 for one in lists]
                rounds.append(Round(int(generation), leader, (numbers[2], numbers[3]), (numbers[0], numbers[1]),
                                    int(delay), int(error), at))
        return rounds

    def wait_round(self, worker, wanted, after=0):
        """The first round of a later generation of which wanted(round) is true."""
        return wait_until(lambda: next((one for one in self.rounds(worker) if one.generation > after and wanted(one)),
                                       None), lambda: f"a round as wanted, but {self.rounds(worker)}")

    def wait_one_generation(self, *workers):
        wait_until(lambda: len({(one := self.rounds(worker)[-1]).generation for worker in workers}) == 1
                   and len({self.rounds(worker)[-1].leader for worker in workers}) == 1,
                   lambda: f"one generation, but {[self.rounds(worker)[-2:] for worker in workers]}")
        return self.rounds(workers[0])[-1]

    def stays(self, seconds, see):
        """What see() tells is the same all the time."""
        first, deadline = see(), time.monotonic() + seconds
        while time.monotonic() < deadline:
            self.assertEqual(see(), first)
            time.sleep(0.05)

    def share(self, teller, worker, names):
        """What runs on a worker, as another one tells: (name, "connector" or number)."""
        parts, own = set(), self.id_of(worker)
        for name in names:
            status = teller.ask("GET", f"/connectors/{name}/status")[1] or {}
            whole = [("connector", status.get("connector", {}))] + [(one["id"], one) for one in status.get("tasks", ())]
            parts |= {(name, part) for part, one in whole if one.get("state") == "RUNNING" and one["worker_id"] == own}
        return parts

    def wait_share(self, teller, worker, names, wanted, seconds=60):
        """wanted: the share itself, or its (connectors, tasks)."""
        def fits():
            share = self.share(teller, worker, names)
            connectors = sum(part == "connector" for _, part in share)
            return (share if isinstance(wanted, set) else (connectors, len(share) - connectors)) == wanted
        wait_until(fits, lambda: f"{self.id_of(worker)} has {wanted}, but {self.share(teller, worker, names)}\n"
                   + "\n\n".join(node.log[-2500:] for node in self.nodes), seconds)

    def assert_never_twice(self):
        """No task began on a worker before another had given it up."""
        holders, states = {}, self.task_states()
        for task, state, worker in states:
            if state == "RUNNING":
                self.assertIn(holders.get(task), (None, worker), [one for one in states if one[0] == task])
                holders[task] = worker
            elif state is None or holders.get(task) == worker:
                holders.pop(task, None)
