"""Parts start, many and backlog: what a worker takes that has nothing to do, or a hundred sinks."""
import os, statistics, time

from bench import SAME_PRODUCER
from worker import BROKER, cpu_seconds, memory_mib, threads


def start(bench):
    """Start, idle and end of a worker."""
    figures = {}
    for name in bench.names:
        starts, stops = [], []
        for i in range(bench.options.repeat if name == 'millrace' else 1):
            worker = bench.worker(name)
            starts.append(worker.start_seconds)
            time.sleep(3)
            memory, cpu, begin = memory_mib(worker.pid), cpu_seconds(worker.pid), time.monotonic()
            time.sleep(10 if i == 0 else 1)
            idle = (cpu_seconds(worker.pid) - cpu) / (time.monotonic() - begin) * 100
            if i == 0:
                idle_cpu, started_cpu = idle, cpu
            stops.append(worker.stop())
        figures[name] = (statistics.median(starts), memory, idle_cpu, statistics.median(stops), started_cpu)
    ours, java = figures['millrace'], figures.get('java')
    show = lambda at, form: java and form.format(java[at])
    bench.row('start to first REST answer, ms', f'{ours[0] * 1e3:.0f}', None, java and f'{java[0] * 1e3:.0f}', '<= 150')
    bench.row('CPU s to start', f'{ours[4]:.2f}', None, show(4, '{:.2f}'))
    bench.row('idle memory, MiB', f'{ours[1]:.1f}', None, show(1, '{:.0f}'), '<= 25')
    bench.row('idle CPU, % of a core', f'{ours[2]:.2f}', None, show(2, '{:.2f}'), '< 0.5')
    bench.row('SIGTERM to exit when idle, s', f'{ours[3]:.2f}', None, show(3, '{:.2f}'), '<= 1')


def many(bench):
    """A hundred sinks at the end of their topic."""
    count, worker, topic = 100, bench.worker(), bench.topic('many')
    before_memory, before_threads = memory_mib(worker.pid), threads(worker.pid)
    names = [bench.fresh('many') for _ in range(count)]
    begin = time.monotonic()
    for name in names:
        worker.create(name, {'connector.class': 'FileStreamSink', 'tasks.max': '1', 'topics': topic,
                             'file': str(bench.folder / f'{name}.out')})
    bench.wait_for(lambda: bench.running(worker, names), 120, 'a hundred running sinks')
    seconds = time.monotonic() - begin
    time.sleep(5)
    cpu = cpu_seconds(worker.pid)
    time.sleep(10)
    used = (cpu_seconds(worker.pid) - cpu) / 10 * 100
    memory = (memory_mib(worker.pid) - before_memory) / count
    more = (threads(worker.pid) - before_threads) / count
    bench.row('100 idle sinks: MiB each', f'{memory:.2f}', None, None, '<= 1')
    bench.row('100 idle sinks: threads each', f'{more:.1f}', None, None, '<= 5')
    bench.row('100 idle sinks: seconds until all run', f'{seconds:.1f}')
    bench.row('100 idle sinks: CPU, % of a core', f'{used:.1f}')


def backlog(bench):
    """Memory of a hundred sinks that are held up while every partition has more than they may prefetch."""
    topic = bench.topic('backlog', 1)
    # In batches of the size that Java's producers make: a fetch brings at least one whole batch of each partition,
    # whatever the limits say.
    bench.tool('produce', BROKER, topic, bench.lines, bench.records, *SAME_PRODUCER, 'batch.size=16384')
    worker = bench.worker()
    idle = memory_mib(worker.pid)
    fifo = bench.folder / 'held'
    os.mkfifo(fifo)
    keeper = os.open(fifo, os.O_RDWR)  # a reader that never reads: writers block once the pipe is full
    names = [bench.fresh('held') for _ in range(100)]
    for name in names:
        worker.create(name, {'connector.class': 'FileStreamSink', 'tasks.max': '1', 'topics': topic, 'file': str(fifo)})
    peak, begin = 0, time.monotonic()
    while time.monotonic() - begin < 30:
        peak = max(peak, memory_mib(worker.pid))
        time.sleep(0.25)
    bench.row('100 sinks held up before 100 MB each: MiB above idle', f'{peak - idle:.0f}', None, None,
              '<= 256 + 1 each')
    worker.kill()
    os.close(keeper)
