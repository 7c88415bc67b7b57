"""Millrace takes over what Java workers left, and the other way round: whole clusters, single tasks, under load."""

import collections
import json
import re
import threading

from cluster import STORES
from harness import main, wait_until
from mixed import KINDS, OTHER, MixedScenario

DELAY = 20  # seconds: a Java worker on a busy machine takes some to start


class WholeClusters(MixedScenario):
    """C22, C23: a cluster of one kind ends, one of the other kind begins on its topics."""

    def test_nothing_changes_and_both_write_the_same(self):
        written = {}
        for kind in KINDS:
            written[kind] = [(key, sorted(value) if value else value) for key, value in self.take_over(kind)]
        self.assertEqual(written["java"], written["millrace"], "byte by byte, but for the order of fields")

    def take_over(self, kind):
        """The config topic of a cluster of that kind, without the names that are its own."""
        group = f"{self.name}-{kind}"
        self.cluster.update({"group.id": group, **{f"{store}.storage.topic": f"{group}-{store}" for store in STORES}})
        records = lambda: [(one["key"].decode(), one["value"] and one["value"].decode())
                           for one in self.broker.everything(f"{group}-config")]
        worker = self.joined(self.start(kind))
        names = self.live(worker, group)
        told = self.tell(worker, names)
        worker.stop()
        before = records()

        other = self.joined(self.start(OTHER[kind]))
        wait_until(lambda: self.tell(other, names) == told,
                   lambda: f"{told} is told, but {self.tell(other, names)}\n{other.log[-3000:]}")
        self.stays(1, lambda: self.tell(other, names))
        self.write("three\n", f"{group}.txt")
        wait_until(lambda: self.broker.values(group) == ["one", "two", "three"],
                   lambda: f"it reads on, but {self.broker.values(group)}")
        self.assertEqual(records(), before, "nothing is written that has not changed")
        other.stop()
        return [(key.replace(group, "%"), value and value.replace(group, "%")) for key, value in before
                if key != "session-key"]

    def live(self, worker, group):
        """Creates connectors, and sees that they come to the states that their names tell."""
        self.broker.create(group, 1)
        self.write("one\ntwo\n", f"{group}.txt")
        source = lambda name, file: self.source(file, name=f"{group}-{name}", topic=group)
        sink = lambda name, tasks: self.sink(f"{group}-{name}.txt", name=f"{group}-{name}", topics=group,
                                             tasks_max=tasks)
        change = lambda method, name, path, body, expected: self.assertEqual(
            self.ask(worker, method, f"/connectors/{group}-{name}{path}", body)[0], expected)
        for config, tasks in ((source("running", f"{group}.txt"), 1), (sink("paused", 2), 2), (sink("stopped", 2), 2),
                              (sink("resized", 4), 4), (source("deleted", "missing.txt"), 1)):
            self.create(worker, config)
            self.wait_states(worker, config["name"], "RUNNING", tasks)
            if config["name"].endswith("-deleted"):
                change("DELETE", "deleted", "", None, 204)
                wait_until(lambda: self.ask(worker, "GET", f"/connectors/{group}-deleted/status")[0] == 404, "gone")
        for name in "paused", "stopped", "resized":
            self.wait_committed({0: 2}, f"connect-{group}-{name}", group)
        wait_until(lambda: self.ask(worker, "GET", f"/connectors/{group}-running/offsets")[1]["offsets"], "offsets")
        change("PUT", "paused", "/pause", None, 202)
        self.wait_states(worker, f"{group}-paused", "PAUSED", 2)
        change("PUT", "stopped", "/stop", None, 204)
        self.wait_states(worker, f"{group}-stopped", "STOPPED", 0)
        change("PATCH", "resized", "/config", {"tasks.max": "2"}, 200)
        self.wait_states(worker, f"{group}-resized", "RUNNING", 2)
        return [f"{group}-{name}" for name in ("running", "paused", "stopped", "resized")]

    def tell(self, worker, names):
        """All that a worker tells of its connectors; where they run and in which version aside."""
        told = {"names": sorted(self.ask(worker, "GET", "/connectors")[1])}
        for name in names:
            for part in "", "/config", "/tasks", "/topics", "/offsets", "/status":
                text = json.dumps(self.ask(worker, "GET", f"/connectors/{name}{part}"), sort_keys=True)
                told[name + part] = re.sub(r'"(worker_id|version)": "[^"]*"', "", text)
        return told


class OneTask(MixedScenario):
    def test_a_source_moves_there_and_back(self):
        """C28, C30"""
        first = self.joined(self.start("java"))
        self.write("1\n2\n")
        name, five = self.create(first, self.source()), f"{self.name}-five"
        self.wait_messages(2)
        config = {key: str(value) for key, value in self.source(name=five).items()}
        status, answer = self.ask(first, "POST", "/connectors",
                                  {"name": five, "config": config, "initial_state": "STOPPED"})
        self.assertEqual(status, 201, answer)
        self.wait_states(first, five, "STOPPED", 0)
        fields = ("db", "schema", "table", "shard", "filename")
        partition = {field: f"the {field}" for field in fields}
        self.set_offset(first, five, partition, 10)

        ours = self.joined(self.start("millrace"))
        first.stop()
        self.wait_share(ours, ours, [name], (1, 1))
        self.write("3\n4\n")
        self.wait_messages(4)
        self.assertEqual(self.offsets(ours, five), [(partition, 10)])
        self.set_offset(ours, five, {field: partition[field] for field in reversed(fields)}, 20)

        second = self.joined(self.start("java"))
        self.wait_one_generation(ours, second)
        for worker in ours, second:
            self.wait_states(worker, name, "RUNNING", 1)
        self.broker.put(f"{self.name}-status", f"status-task-{name}-0", json.dumps(
            {"state": "UNASSIGNED", "trace": None, "worker_id": self.id_of(first), "generation": 1, "version": None}))
        self.stays(1, lambda: [worker.ask("GET", f"/connectors/{name}/status")[1]["tasks"][0]
                               for worker in (ours, second)])
        ours.stop()
        self.wait_share(second, second, [name], (1, 1))
        self.write("5\n6\n")
        self.wait_messages(6)
        self.assertEqual(self.offsets(second, five), [(partition, 20)])
        self.set_offset(second, five, partition, 30)
        self.assertEqual(self.broker.values(self.name), list("123456"))
        wait_until(lambda: self.offsets(second, name)[0][1] == 12, "all is stored")
        live = collections.Counter(json.dumps(json.loads(key), sort_keys=True)
                                   for key, value in dict(self.records_of("offset")).items() if value)
        self.assertEqual(sorted(live.values()), [1, 1], live)

    def set_offset(self, worker, name, partition, position):
        status, answer = self.ask(worker, "PATCH", f"/connectors/{name}/offsets",
                                  {"offsets": [{"partition": partition, "offset": {"position": position}}]})
        self.assertEqual(status, 200, answer)

    def offsets(self, worker, name):
        return [(one["partition"], one["offset"]["position"])
                for one in self.ask(worker, "GET", f"/connectors/{name}/offsets")[1]["offsets"]]


class Migration(MixedScenario):
    """C50: three Java workers under load are replaced by ours, one by one, and back again."""

    def test_worker_by_worker_and_back(self):
        self.cluster["scheduled.rebalance.max.delay.ms"] = DELAY * 1000
        workers = [self.joined(self.start("java"))]  # the first one leads
        workers += self.joined(self.start("java"), self.start("java"))
        pairs = [f"{self.name}-{i}" for i in range(5)]
        self.names = []
        for pair in pairs:
            self.broker.create(pair, 1)
            self.write("", f"{pair}.in")
            self.names.append(self.create(workers[0], self.source(f"{pair}.in", name=f"{pair}-source", topic=pair)))
            self.names.append(self.create(workers[0], self.sink(f"{pair}.out", name=f"{pair}-sink", topics=pair)))
        for name in self.names:
            self.wait_states(workers[0], name, "RUNNING", 1)
        self.wait_balanced(workers)
        records = self.records_of("config")
        with Load(self, pairs) as load:
            for kind in "millrace", "java":
                for _ in workers[1:]:
                    workers = self.replace_follower(workers, kind)
                    load.goes_on()
                workers = self.replace_leader(workers, kind)
                load.goes_on()
        for pair in pairs:
            wait_until(lambda pair=pair: len(set(self.text(f"{pair}.out").split())) >= load.count,
                       lambda pair=pair: f"{load.count} lines, but {len(self.text(f'{pair}.out').split())}")
            lines = [str(i) for i in range(load.count)]
            self.assertEqual(self.broker.values(pair), lines)
            self.assert_nothing_lost(lines, self.text(f"{pair}.out").decode().split())
        self.assertEqual(self.records_of("config"), records)
        self.assertNotIn("FAILED", {state for _, state, _ in self.task_states()})

    def shares(self, workers):
        return [self.share(workers[0], worker, self.names) for worker in workers]

    def wait_balanced(self, workers):
        def balanced():
            counts = []
            for share in self.shares(workers):
                connectors = sum(part == "connector" for _, part in share)
                counts += [connectors, len(share) - connectors]
            return sum(counts) == 2 * len(self.names) and max(counts) - min(counts) <= 1
        wait_until(balanced, lambda: f"all have as much, but {self.shares(workers)}")

    def replace_follower(self, workers, kind):
        """The first of them: its successor, who becomes the last, gets what it had, and nothing else moves."""
        leader, old, *others = workers
        share = self.share(leader, old, self.names)
        stays = self.shares([leader, *others])
        before = self.told_of(set().union(*stays))
        old.stop()
        new = self.start(kind)
        self.wait_share(leader, new, self.names, share)
        self.assertEqual(self.shares([leader, *others]), stays)
        self.assertEqual(self.told_of(set().union(*stays)), before)
        self.assert_never_twice()
        return [leader, *others, new]

    def replace_leader(self, workers, kind):
        """Another one leads now. It knows nothing of before and deals out at once what is missing; the new one gets its
        part of the whole."""
        old, *others = workers
        stays = self.shares(others)
        whole = set().union(*stays) | self.share(others[0], old, self.names)
        before = self.told_of(set().union(*stays))
        old.stop()
        wait_until(lambda: set().union(*self.shares(others)) == whole,
                   lambda: f"the others have all, but {self.shares(others)}")
        self.assertEqual(self.told_of(set().union(*stays)), before)
        workers = [*others, self.joined(self.start(kind))]
        self.wait_balanced(workers)
        self.assert_never_twice()
        url = self.wait_one_generation(*workers).leader
        return sorted(workers, key=lambda worker: self.id_of(worker) not in url)

    def told_of(self, parts):
        """What the status topic tells of some tasks."""
        own = {f"{name}-{part}" for name, part in parts}
        return [one for one in self.task_states() if one[0] in own]


class Load:
    """Appends numbered lines to all files, all the time."""

    def __init__(self, scenario, pairs):
        self.count = 0
        self._scenario = scenario
        self._pairs = pairs
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _run(self):
        while not self._end.wait(0.02):
            for pair in self._pairs:
                self._scenario.write(f"{self.count}\n", f"{pair}.in")
            self.count += 1

    def goes_on(self):
        """Until what is written now has come out everywhere."""
        line = str(self.count - 1).encode()
        for pair in self._pairs:
            wait_until(lambda pair=pair: line in self._scenario.text(f"{pair}.out").split(), f"{pair}.out has {line}")

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._end.set()
        self._thread.join()


if __name__ == "__main__":
    main(together=2)
