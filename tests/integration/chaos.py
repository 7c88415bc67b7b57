"""A cluster of three workers to which bad things happen, again and again, while lines run through it: nothing is lost, no
task runs twice for longer than the session timeout, and the cluster settles each time. What the scripts cluster_chaos*_test.py
share.

From the environment: MILLRACE_CHAOS_SECONDS (how long), MILLRACE_CHAOS_SEED (1). Half an hour of everything:

    MILLRACE_CHAOS_SECONDS=1800 ./dev test cluster_chaos_network
"""

import os
import pathlib
import random
import signal
import threading
import time

from cluster import SESSION, ClusterScenario
from harness import GIVEN_UP_SOON, wait_until

SECONDS = os.environ.get("MILLRACE_CHAOS_SECONDS")
SEED = int(os.environ.get("MILLRACE_CHAOS_SEED", 1))
signal.alarm(int(float(SECONDS or 0)) + 580)  # ctest's limit leaves room for hours


class Watch:
    """Looks from outside who reads which source: a task that runs has its file open and gets on in it, for lines come all the
    time. One that is only about to end, or frozen, does not."""

    def __init__(self, files, workers):
        self.files, self.workers = {str(file) for file in files}, workers
        self.since, self.longest, self.seen = {}, 0, {}
        self.told = set()  # of those that read one file side by side, for longer than they may
        self.readers = {}  # {file: processes}
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    @staticmethod
    def _positions(process):
        """{file: position} of what a process has open."""
        positions = {}
        try:
            for one in os.listdir(f"/proc/{process}/fd"):
                try:
                    file = os.readlink(f"/proc/{process}/fd/{one}")
                    positions[file] = pathlib.Path(f"/proc/{process}/fdinfo/{one}").read_text().split("\n", 1)[0]
                except OSError:
                    pass
        except OSError:  # it has ended
            pass
        return positions

    def _watch(self):
        while not self._end.wait(0.05):
            now, readers = time.monotonic(), {file: set() for file in self.files}
            for worker in list(self.workers()):
                process = worker.process.pid
                if worker.process.poll() is not None:
                    continue  # its number may be that of another one's thread by now
                for file, position in self._positions(process).items():
                    if file not in self.files:
                        continue
                    before, moved = self.seen.get((process, file), (None, 0))
                    if position != before:
                        moved = now if before is not None else 0
                        self.seen[process, file] = position, moved
                    if now - moved < 1:
                        readers[file].add(process)
            for file, processes in readers.items():
                if len(processes) > 1:
                    took = now - self.since.setdefault(file, now)
                    self.longest = max(self.longest, took)
                    if took > SESSION + 1 and (file, *processes) not in self.told:
                        self.told.add((file, *processes))
                        print(f"for {took:.1f} s now {file} has been read by", *(
                            f"\n{worker.host}:{worker.port}, process {worker.process.pid}:\n{worker.log[-6000:]}"
                            for worker in self.workers() if worker.process.pid in processes), flush=True)
                else:
                    self.since.pop(file, None)
            self.readers = readers

    def reads(self, worker):
        return any(worker.process.pid in processes for processes in self.readers.values())

    def end(self):
        self._end.set()
        self._thread.join(10)
        return self.longest


class Writer:
    """Appends numbered lines to files until it is told to stop."""

    def __init__(self, files):
        self.files, self.count = files, 0
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._write, daemon=True)
        self._thread.start()

    def _write(self):
        handles = [open(file, "a", encoding="ascii") for file in self.files]
        while not self._end.wait(0.02):
            for number, handle in enumerate(handles):
                handle.write(f"{number}-{self.count}\n")
                handle.flush()
            self.count += 1

    def end(self):
        self._end.set()
        self._thread.join(10)
        return self.count


class ChaosScenario(ClusterScenario):
    overrides = ()  # settings of the broker
    sources = 3

    def setUp(self):
        super().setUp()
        self.random = random.Random(SEED)
        self.own_broker(*self.overrides)
        self.cluster["bootstrap.servers"] = self.broker.address
        self.cluster["offset.flush.interval.ms"] = 100
        self.living = []

    def start(self, **settings):
        worker = self.node(**settings)
        self.living.append(worker)
        return worker

    def start_again(self, _former):
        """A worker in the place of one that is gone."""
        return self.start()

    def any_living(self):
        return self.random.choice(self.living)

    def settle(self, what, busy=()):
        """Everything runs, on workers that live; on those that are named, too."""
        names = [f"{self.name}-{number}" for number in range(self.sources)] + [f"{self.name}-sink"]
        begin = time.monotonic()

        def settled():
            ids, seen = {self.id_of(worker) for worker in self.living}, set()
            for name in names:
                try:
                    status, answer = self.living[0].ask("GET", f"/connectors/{name}/status")
                except OSError:
                    return False
                parts = [answer["connector"], *answer["tasks"]] if status == 200 else []
                if len(parts) < 2 or any(one["state"] != "RUNNING" or one["worker_id"] not in ids for one in parts):
                    return False
                seen |= {one["worker_id"] for one in parts}
            return seen >= {self.id_of(worker) for worker in busy}
        wait_until(settled, lambda: f"after {what} everything runs\n{self.broker_log()}\n" + "\n\n".join(
            f"{worker.ask('GET', '/connectors?expand=status')}\n{worker.log[-3000:]}" for worker in self.living), 60)
        print(f"{what}: settled after {time.monotonic() - begin:.1f} s", flush=True)

    def broker_log(self):
        return (self.broker.folder / "kafka.log").read_text(errors="replace")[-1500:]

    # What happens.

    def killed(self):
        victim = self.any_living()
        self.living.remove(victim)
        victim.kill()
        self.joined(self.start_again(victim))

    def frozen(self):
        victim = self.any_living()
        self.living.remove(victim)
        victim.process.send_signal(signal.SIGSTOP)
        self.settle("a worker is frozen")
        victim.process.send_signal(signal.SIGCONT)
        self.living.append(victim)

    def restarted(self):
        victim = self.any_living()
        self.living.remove(victim)
        self.assertEqual(victim.stop(), 128 + signal.SIGTERM)
        self.joined(self.start_again(victim))

    def broker_restarted(self):
        self.broker.control("restart")

    def broker_killed(self):
        self.broker.control("kill")
        self.broker.control("start")

    def by_chance(self, things, seconds):
        """Each of them once, in an order of chance, before any comes again."""
        end = time.monotonic() + seconds
        while True:
            for thing in self.random.sample(things, len(things)):
                if time.monotonic() > end:
                    return
                yield thing

    def go_through(self, things):
        """The things happen to the workers that live, one after the other."""
        files = [self.path(f"in-{number}.txt") for number in range(self.sources)]
        for file in files:
            file.touch()
        self.broker.create(self.name, self.sources)
        self.joined(*self.living)
        for number, file in enumerate(files):
            self.create(self.living[0], {**self.source(), "name": f"{self.name}-{number}", "file": file})
        self.create(self.living[1], self.sink(tasks_max=2, **GIVEN_UP_SOON))
        self.settle("the start")
        self.watch, writer = Watch(files, lambda: self.nodes), Writer(files)
        happened = 0
        for thing in things:
            thing()
            happened += 1
            self.settle(f"{happened}. {thing.__name__}")
        count = writer.end()
        twice = self.watch.end()
        wanted = {f"{number}-{line}" for number in range(self.sources) for line in range(count)}

        def missing():
            return wanted - set(self.text().decode().split("\n"))
        wait_until(lambda: not missing(), lambda: f"every line arrives, but {len(missing())} of {len(wanted)} are missing, "
                   f"such as {sorted(missing())[:5]}", 60)
        print(f"{happened} things happened to {len(wanted)} lines; no task ran twice for longer than {twice:.1f} s")
        self.assertLessEqual(twice, SESSION + 1, "zombies stop by themselves")
