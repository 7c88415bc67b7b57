"""What the parts of bench/run share: the workers, topics and input of a run, and the table of its figures."""
import json, os, pathlib, subprocess, time

from worker import BIN, BROKER, Worker

JSON = 'org.apache.kafka.connect.json.JsonConverter'
JSON_CONVERTERS = {'key.converter': JSON, 'value.converter': JSON}
# What the worker tells librdkafka, so that the bare loop does the same work.
SAME_PRODUCER = ['acks=all', 'enable.idempotence=true', 'max.in.flight.requests.per.connection=5', 'linger.ms=5']


class Bench:
    def __init__(self, options, folder):
        """Folder: for everything that the run writes; its end deletes it."""
        self.options, self.folder, self.rows, self.count = options, pathlib.Path(folder), [], 0
        self.names = ['millrace', 'java'] if options.java else ['millrace']
        self.records = options.records
        self.lines = self.folder / 'lines.txt'
        with self.lines.open('w') as file:
            for i in range(self.records):
                file.write(f'{i:012d} ' + 'abcdefghij klmnopqrs'.ljust(87, 'x')[:87] + '\n')
        self.size = self.lines.stat().st_size
        self.bare = {}
        self.started = []  # every worker of this run, so that none outlives it
        self.streaming = None

    def start(self, name='millrace', mode='standalone', **settings):
        """A worker that need not answer yet. Settings: with _ for each dot."""
        worker = Worker(name, mode, self.folder, {key.replace('_', '.'): value for key, value in settings.items()})
        self.started.append(worker)
        return worker

    def worker(self, name='millrace'):
        """A worker that stands alone and answers."""
        worker = self.start(name)
        worker.start_seconds = worker.wait_for_answer()
        return worker

    def streaming_workers(self):
        """One of each kind, which the parts that measure streams use in turn: warm, and with the same connections."""
        if self.streaming is None:
            self.streaming = [self.worker(name) for name in self.names]
        return self.streaming

    def stop_workers(self):
        """Ends whatever runs."""
        for worker in self.started:
            if worker.living():
                worker.stop()
        self.started, self.streaming = [], None

    def fresh(self, kind):
        self.count += 1
        return f'bench-{os.getpid()}-{self.count}-{kind}'

    def tool(self, *arguments):
        return subprocess.run([str(BIN / 'bare_loop'), *map(str, arguments)], check=True, text=True,
                              stdout=subprocess.PIPE).stdout

    def topic(self, kind, partitions=1):
        name = self.fresh(kind)
        self.tool('create', BROKER, name, partitions)
        return name

    def wait_for(self, question, limit, what, pause=0.005):
        """Returns the seconds until the answer was yes."""
        begin = time.monotonic()
        while not question():
            if time.monotonic() - begin > limit:
                raise SystemExit(f'{what} did not come within {limit} s')
            time.sleep(pause)
        return time.monotonic() - begin

    def running(self, worker, names):
        status = worker.call('GET', '/connectors?expand=status')
        return all(status.get(name, {}).get('status', {}).get('tasks') and
                   status[name]['status']['tasks'][0]['state'] == 'RUNNING' for name in names)

    def row(self, what, figure, bare=None, java=None, target=''):
        self.rows.append((what, figure, bare, java, target))
        print(f'  {what}: {figure}' + (f' (bare {bare})' if bare else '') + (f' (java {java})' if java else ''), flush=True)

    def table(self):
        lines = ['| what | Millrace | bare client, ratio | Java 4.3.0 | wanted |', '|---|---|---|---|---|']
        lines += [f'| {what} | {figure} | {bare or ""} | {java or ""} | {target} |'
                  for what, figure, bare, java, target in self.rows]
        return '\n'.join(lines)
