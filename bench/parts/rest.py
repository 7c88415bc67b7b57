"""Parts rest and rest_load: the REST interface before a thousand connectors, and beside a stream."""
import http.client, json, subprocess, threading, time

from bench import JSON
from worker import BIN, cpu_seconds


def rest(bench):
    """What a page that shows every connector costs, and a form that validates as one types. The connectors' tasks
    have failed, so that each status has a trace."""
    count = 1000
    worker = bench.worker()
    topic = bench.topic('rest')
    for i in range(count):
        worker.create(f'rest-{i:04d}', {'connector.class': 'FileStreamSink', 'tasks.max': '1', 'topics': topic,
                                        'file': '/nowhere/at/all.txt'})

    def failed():
        every = worker.call('GET', '/connectors?expand=status').values()
        return all(one['status']['tasks'] and one['status']['tasks'][0]['state'] == 'FAILED' for one in every)
    bench.wait_for(failed, 120, 'a thousand failed tasks')
    connection = http.client.HTTPConnection('127.0.0.1', worker.port, timeout=60)

    def times(rounds, method, path, body=None):
        """Milliseconds from request to the last byte of the answer, over one connection, in order of length."""
        taken, headers = [], {'Content-Type': 'application/json'} if body else {}
        for i in range(rounds + 20):
            begin = time.perf_counter()
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            text = answer.read()
            if answer.status != 200:
                raise SystemExit(f'{method} {path}: {answer.status} {text[:500]}')
            if i >= 20:
                taken.append((time.perf_counter() - begin) * 1e3)
        return sorted(taken), len(text)

    def report(what, figures, target):
        taken, size = figures
        at = lambda part: taken[min(len(taken) - 1, int(len(taken) * part))]
        bench.row(what, f'{at(0.99):.1f} (median {at(0.5):.1f}, {size / 1024:,.0f} KiB)', None, None, target)

    report('1000 connectors, expand=info&expand=status: p99, ms',
           times(1000, 'GET', '/connectors?expand=info&expand=status'), '<= 30')
    config = {'name': 'rest', 'connector.class': 'FileStreamSink', 'tasks.max': '1', 'topics': topic, 'file': '/tmp/x',
              'value.converter': JSON, 'value.converter.schemas.enable': 'false',
              'consumer.override.max.poll.records': '100'}
    report('validate: p99, ms', times(3000, 'PUT', '/connector-plugins/FileStreamSink/config/validate',
                                      json.dumps(config)), '<= 3')
    connection.close()
    worker.stop()


def paced_stream(bench, worker, rate, seconds):
    """Records a second of file -> topic -> file, while `rate` lines a second are written to the file."""
    topic, name = bench.topic('paced'), bench.fresh('paced')
    source, out = bench.folder / f'{name}.in', bench.folder / f'{name}.out'
    source.touch()
    worker.create(name + '-source', {'connector.class': 'FileStreamSource', 'tasks.max': '1', 'file': str(source),
                                     'topic': topic, 'batch.size': '10000'})
    worker.create(name + '-sink', {'connector.class': 'FileStreamSink', 'tasks.max': '1', 'file': str(out),
                                   'topics': topic})
    bench.wait_for(lambda: bench.running(worker, [name + '-source', name + '-sink']), 60, 'a running stream')
    piece = b''.join(bench.lines.read_bytes().splitlines(keepends=True)[:rate // 10])
    begin = time.monotonic()
    with source.open('ab', buffering=0) as file:
        for i in range(seconds * 10):
            file.write(piece)
            time.sleep(max(0, begin + (i + 1) / 10 - time.monotonic()))
    bench.wait_for(lambda: out.stat().st_size >= source.stat().st_size, 120, 'the end of the stream')
    achieved = rate * seconds / (time.monotonic() - begin)
    worker.delete(name + '-source')
    worker.delete(name + '-sink')
    if out.stat().st_size != source.stat().st_size:
        raise SystemExit('the output of the paced stream is longer than its input')
    source.unlink()
    out.unlink()
    return achieved


def rest_load(bench):
    """A stream of 100 000 records a second beside 200 REST clients, and the same stream alone."""
    rate, clients, seconds, pause = 100_000, 200, 6 if bench.options.quick else 60, 100
    worker = bench.worker()
    for i in range(10):
        worker.create(f'idle-{i}', {'connector.class': 'FileStreamSource', 'tasks.max': '1', 'topic': 'none',
                                    'file': str(bench.folder / 'nothing')})
    alone = paced_stream(bench, worker, rate, seconds)
    paths = ['/', '/connectors', '/connectors?expand=status&expand=info', '/connectors/idle-0/status',
             '/connector-plugins', '/health']
    found = {}

    def load():
        found.update(json.loads(subprocess.check_output(
            [str(BIN / 'rest_load'), str(worker.port), str(clients), str(seconds), str(pause), *paths], text=True)))
    loader = threading.Thread(target=load)
    cpu = cpu_seconds(worker.pid)
    loader.start()
    loaded = paced_stream(bench, worker, rate, seconds)
    loader.join()
    used = (cpu_seconds(worker.pid) - cpu) / seconds * 100
    bench.row(f'stream of {rate:,} records/s beside {clients} REST clients: records/s', f'{loaded:,.0f}',
              f'{alone:,.0f} alone, {(1 - loaded / alone) * 100:.1f} % lost', None, '< 5 % lost')
    bench.row('REST meanwhile: requests/s, one client every 100 ms', f'{found["per_s"]:,}')
    bench.row(f'REST meanwhile: errors in {found["requests"]:,} requests', f'{found["errors"]}', None, None, '0')
    bench.row('REST meanwhile: ms for an answer, median, p99, longest',
              f'{found["p50_ms"]:.1f}, {found["p99_ms"]:.1f}, {found["max_ms"]:.0f}')
    bench.row('CPU of the worker meanwhile, % of a core', f'{used:.0f}')
