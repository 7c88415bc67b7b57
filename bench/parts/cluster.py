"""Part cluster: three distributed workers on the one broker, who joins and leaves, and a thousand connectors."""
import re, time, urllib.error

from worker import memory_mib

WORKERS, TASKS = 3, 12
SESSION_SECONDS = 10  # session.timeout.ms as it is when nobody sets it
CALM_SECONDS = 5
# Java workers need a minute of this machine for their start, and wait for a tick of their herder now and then.
LIMIT = 300


class Cluster:
    """Workers of one group. Rebalances do not wait for those who left: it is ours to measure, not the configured delay."""

    def __init__(self, bench, name):
        self.bench, self.name, self.workers = bench, name, []
        self.settings = {'group_id': bench.fresh('group'), 'rest_advertised_host_name': '127.0.0.1',
                         'scheduled_rebalance_max_delay_ms': 0}
        for kind in ('config', 'offset', 'status'):
            self.settings |= {f'{kind}_storage_topic': bench.fresh(kind), f'{kind}_storage_replication_factor': 1}
        for _ in range(WORKERS):
            self.start()

    def start(self):
        """One more, on a port of its own: nobody takes what an earlier one reported for its word."""
        self.workers.append(self.bench.start(self.name, 'distributed', **self.settings))
        return self.workers[-1]

    def lose(self):
        """The one who leaves, or is killed."""
        return self.workers.pop()

    def stop(self):
        for worker in self.workers:
            worker.stop()

    def wait_for(self, question, what):
        return self.bench.wait_for(question, LIMIT, f'{self.name}: {what}', 0.02)

    def memory(self):
        each = [memory_mib(worker.pid) for worker in self.workers]
        return f'{min(each):.0f} to {max(each):.0f}'

    def tasks(self, connector):
        """The worker of each task, when all of them run and on living workers; else none."""
        status = self.workers[0].ask(f'/connectors/{connector}/status') or {'tasks': []}
        living = [worker.id for worker in self.workers]
        owners = [task['worker_id'] for task in status['tasks'] if task['state'] == 'RUNNING']
        return owners if len(owners) == TASKS and all(owner in living for owner in owners) else []

    def balanced(self, connector):
        owners = self.tasks(connector)
        shares = [owners.count(worker.id) for worker in self.workers]
        return owners and max(shares) - min(shares) <= 1

    def calm(self, connector):
        """Waits until the tasks have run where they are for some seconds: the group of the sink's consumers has settled,
        too, and nobody measures its start as part of what follows."""
        since, before = time.monotonic(), None

        def settled():
            nonlocal since, before
            owners = self.tasks(connector)
            if not owners or owners != before:
                since, before = time.monotonic(), owners
            return time.monotonic() - since >= CALM_SECONDS
        self.wait_for(settled, 'calm')

    def running(self, wanted):
        """Whether so many connectors run, on living workers, with their tasks."""
        living, count = [worker.id for worker in self.workers], 0
        for one in (self.workers[0].ask('/connectors?expand=status') or {}).values():
            status = one.get('status')
            count += bool(status and status['tasks'] and
                          all(part['state'] == 'RUNNING' and part['worker_id'] in living
                              for part in (status['connector'], *status['tasks'])))
        return count == wanted


def members(bench, name):
    """A connector of twelve tasks, while members come and go: figures by name."""
    found, cluster = {}, Cluster(bench, name)
    found['answering'] = max(worker.wait_for_answer('/connectors', LIMIT) for worker in cluster.workers)
    found['members'] = max(worker.wait_for_answer('/health', LIMIT) for worker in cluster.workers)
    time.sleep(CALM_SECONDS)
    found['memory'] = cluster.memory()
    connector, topic = bench.fresh('twelve'), bench.topic('twelve', TASKS)
    begin = time.monotonic()
    create(cluster.workers[0], connector, {
        'connector.class': 'FileStreamSink', 'tasks.max': str(TASKS), 'topics': topic,
        'file': str(bench.folder / f'{connector}.out')})
    cluster.wait_for(lambda: cluster.tasks(connector), 'twelve running tasks')
    found['created'] = time.monotonic() - begin

    cluster.calm(connector)
    leaver, begin = cluster.lose(), time.monotonic()
    leaver.process.terminate()
    cluster.wait_for(lambda: cluster.tasks(connector), 'running tasks after one has left')
    found['leave'] = time.monotonic() - begin
    leaver.process.wait()

    cluster.calm(connector)
    begin = time.monotonic()
    cluster.start()
    cluster.wait_for(lambda: cluster.balanced(connector), 'balance after one has come')
    found['rejoin'] = time.monotonic() - begin

    cluster.calm(connector)
    victim, begin = cluster.lose(), time.monotonic()
    victim.kill()
    cluster.wait_for(lambda: cluster.tasks(connector), 'running tasks after kill -9 of one')
    found['kill'] = time.monotonic() - begin
    cluster.stop()
    return found


def create(worker, name, config):
    """A 409 says that a rebalance is under way, and to ask again."""
    while True:
        try:
            return worker.create(name, config)
        except urllib.error.HTTPError as error:
            if error.code != 409:
                raise SystemExit(f'{worker.name}: creation of {name}: {error.code} {error.read().decode()[:500]}')
            time.sleep(0.05)


def thousand(bench):
    """A thousand connectors of one task each, a kill -9 among them, and who comes after it."""
    count, cluster = 100 if bench.options.quick else 1000, Cluster(bench, 'millrace')
    for worker in cluster.workers:
        worker.wait_for_answer('/health', LIMIT)
    topic, begin = bench.topic('thousand'), time.monotonic()
    for i in range(count):
        create(cluster.workers[0], f'source-{i:04d}', {
            'connector.class': 'FileStreamSource', 'tasks.max': '1', 'topic': topic,
            'file': str(bench.folder / f'nothing-{i}')})
    created = time.monotonic() - begin
    all_run = lambda: cluster.running(count)
    bench.row(f'cluster, {count} connectors: last creation to all running, s',
              f'{bench.wait_for(all_run, LIMIT, "running connectors", 0.2):.1f} ({created:.1f} to create them)',
              None, None, '<= 60')
    time.sleep(CALM_SECONDS)
    bench.row(f'cluster, {count} connectors: MiB each', cluster.memory())
    victim, begin = cluster.lose(), time.monotonic()
    victim.kill()
    bench.wait_for(all_run, LIMIT, 'running connectors after kill -9 of one', 0.2)
    bench.row(f'cluster, {count} connectors: kill -9 to all running, s', f'{time.monotonic() - begin:.1f}', None, None,
              f'<= {SESSION_SECONDS + 10}')
    newcomer = cluster.start()
    newcomer.wait_for_answer('/health', LIMIT)
    read = re.search(r'Read the internal topics in (\d+) ms', newcomer.log.read_text())
    if not read:
        raise SystemExit(f'the log of {newcomer.id} does not say how long the internal topics took to read')
    bench.row(f'cluster, {count} connectors: internal topics read by one more worker, ms', read[1], None, None, '<= 1000')
    cluster.stop()


def cluster(bench):
    found = {name: members(bench, name) for name in bench.names}
    for key, what, target in (
            ('answering', 'seconds until all answer', '<= 3'), ('members', 'seconds until all are members', ''),
            ('memory', 'MiB each', '<= 40'), ('created', '12 tasks created to all running, s', ''),
            ('leave', 'SIGTERM to one, to 12 running, s', '<= 1'), ('rejoin', 'start of one to balance, s', '<= 3'),
            ('kill', 'kill -9 of one to 12 running, s', f'<= {SESSION_SECONDS + 1}')):
        show = lambda name: name in found and (
            found[name][key] if key == 'memory' else f'{found[name][key]:.2f}')
        bench.row(f'cluster of {WORKERS}: {what}', show('millrace'), None, show('java') or None, target)
    thousand(bench)
