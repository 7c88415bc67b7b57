"""Parts bare, string, json, transforms and poison: how fast records pass, and what CPU that takes."""
import json, statistics, time

from bench import JSON, JSON_CONVERTERS, SAME_PRODUCER
from worker import BROKER, cpu_seconds

PLAIN_PRODUCER = ['acks=all', 'enable.idempotence=false', 'max.in.flight.requests.per.connection=1', 'linger.ms=5']
TRANSFORMS = 'org.apache.kafka.connect.transforms.'
FOUR_TRANSFORMS = {
    'transforms': 'hoist,insert,replace,route',
    'transforms.hoist.type': TRANSFORMS + 'HoistField$Value', 'transforms.hoist.field': 'line',
    'transforms.insert.type': TRANSFORMS + 'InsertField$Value', 'transforms.insert.static.field': 'source',
    'transforms.insert.static.value': 'bench',
    'transforms.replace.type': TRANSFORMS + 'ReplaceField$Value', 'transforms.replace.renames': 'line:text',
    'transforms.route.type': TRANSFORMS + 'RegexRouter', 'transforms.route.regex': '(.*)-raw',
    'transforms.route.replacement': '$1'}


def bare(bench):
    """The loops around the client alone: a plain one too, without idempotence, for the eye."""
    def run(what, topic, file, settings):
        return json.loads(bench.tool(what, BROKER, topic, file, bench.records, *settings))
    runs = {'produce': [], 'produce_plain': [], 'consume': []}
    for _ in range(bench.options.repeat):
        topic = bench.topic('bare')
        runs['produce'].append(run('produce', topic, bench.lines, SAME_PRODUCER))
        runs['consume'].append(run('consume', topic, bench.folder / 'bare.out', ['group.id=bare']))
        runs['produce_plain'].append(run('produce', bench.topic('plain'), bench.lines, PLAIN_PRODUCER))
    for what, results in runs.items():
        bench.bare[what] = {key: statistics.median(one[key] for one in results)
                            for key in ('records_per_s', 'cpu_s_per_million', 'peak_rss_mib')}
    print('  bare loop:', json.dumps(bench.bare), flush=True)


def measure_source(bench, worker, settings, suffix=''):
    """suffix: of the topic that the connector writes to, which a transformation takes off again."""
    topic, name = bench.topic('source'), bench.fresh('source')
    cpu, begin = cpu_seconds(worker.pid), time.monotonic()
    worker.create(name, {'connector.class': 'FileStreamSource', 'tasks.max': '1', 'file': str(bench.lines),
                         'topic': topic + suffix, **settings})
    bench.tool('watch', BROKER, topic, bench.records)
    seconds, used = time.monotonic() - begin, cpu_seconds(worker.pid) - cpu
    worker.delete(name)
    return topic, {'rate': bench.records / seconds, 'cpu': used / bench.records * 1e6}


def measure_sink(bench, worker, topic, converters):
    name, out = bench.fresh('sink'), bench.folder / f'{worker.name}.out'
    out.unlink(missing_ok=True)
    cpu, begin = cpu_seconds(worker.pid), time.monotonic()
    worker.create(name, {'connector.class': 'FileStreamSink', 'tasks.max': '1', 'file': str(out),
                         'topics': topic, **converters})
    bench.wait_for(lambda: out.exists() and out.stat().st_size >= bench.size, 600, 'the output')
    seconds, used = time.monotonic() - begin, cpu_seconds(worker.pid) - cpu
    worker.delete(name)
    if out.read_bytes() != bench.lines.read_bytes():
        raise SystemExit(f'{worker.name}: the output differs from the input')
    out.unlink()
    return {'rate': bench.records / seconds, 'cpu': used / bench.records * 1e6}


def stream(bench, worker, converters):
    """Medians of some runs of file -> topic and topic -> file; the first, cold one is not counted."""
    sources, sinks = [], []
    for i in range(bench.options.repeat + 1):
        topic, source = measure_source(bench, worker, converters)
        sink = measure_sink(bench, worker, topic, converters)
        if i:
            sources.append(source)
            sinks.append(sink)
    middle = lambda runs: {key: statistics.median(one[key] for one in runs) for key in ('rate', 'cpu')}
    return middle(sources), middle(sinks)


def streams(bench, what, converters, bare_targets):
    figures = {worker.name: stream(bench, worker, converters) for worker in bench.streaming_workers()}
    for at, side, key, bare in ((0, 'source', 'produce', bench.bare.get('produce')),
                                (1, 'sink', 'consume', bench.bare.get('consume'))):
        ours, java = figures['millrace'][at], figures.get('java', (None, None))[at]
        cpu_target, rate_target = bare_targets[side]
        bare_cpu = bare and f'{bare["cpu_s_per_million"]:.2f}, {ours["cpu"] / bare["cpu_s_per_million"]:.2f} x'
        bare_rate = bare and f'{bare["records_per_s"]:,.0f}, {ours["rate"] / bare["records_per_s"]:.2f} x'
        bench.row(f'{what} {side}: CPU s per million', f'{ours["cpu"]:.2f}', bare_cpu,
                  java and f'{java["cpu"]:.2f}, {java["cpu"] / ours["cpu"]:.1f} x ours', cpu_target)
        bench.row(f'{what} {side}: records/s', f'{ours["rate"]:,.0f}', bare_rate,
                  java and f'{java["rate"]:,.0f}, {java["rate"] / ours["rate"]:.2f} x ours', rate_target)


def string(bench):
    streams(bench, 'String', {}, {'source': ('<= 1.4 x bare', '>= 0.75 x bare'),
                                  'sink': ('<= 1.6 x bare', '>= 0.5 x bare')})


def json_with_schemas(bench):
    streams(bench, 'JSON', JSON_CONVERTERS, {'source': ('<= 2.0', ''), 'sink': ('<= 1.2', '')})


def transforms(bench):
    """A JSON source whose records pass four transformations; the first, cold run is not counted."""
    figures = {}
    for worker in bench.streaming_workers():
        runs = [measure_source(bench, worker, {**JSON_CONVERTERS, **FOUR_TRANSFORMS}, '-raw')[1]
                for _ in range(bench.options.repeat + 1)][1:]
        figures[worker.name] = {key: statistics.median(one[key] for one in runs) for key in ('rate', 'cpu')}
    ours, java, bare = figures['millrace'], figures.get('java'), bench.bare.get('produce')
    bench.row('JSON source, four transforms: CPU s per million', f'{ours["cpu"]:.2f}',
              bare and f'{bare["cpu_s_per_million"]:.2f}, {ours["cpu"] / bare["cpu_s_per_million"]:.2f} x',
              java and f'{java["cpu"]:.2f}, {java["cpu"] / ours["cpu"]:.1f} x ours', '<= 2.5')
    bench.row('JSON source, four transforms: records/s', f'{ours["rate"]:,.0f}',
              bare and f'{bare["records_per_s"]:,.0f}, {ours["rate"] / bare["records_per_s"]:.2f} x',
              java and f'{java["rate"]:,.0f}, {java["rate"] / ours["rate"]:.2f} x ours')


def poison(bench):
    """A JSON sink on a topic of good records, and on one where each tenth is none and goes to a dead letter topic
    with its context."""
    worker, figures = bench.streaming_workers()[0], {}
    for what, every in (('clean', 0), ('poison', 10)):
        lines = [b'"%012d ' % i + b'abcdefghij klmnopqrs'.ljust(84, b'x') + b'"\n' for i in range(bench.records)]
        bad = range(0, bench.records, every) if every else ()
        for i in bad:
            lines[i] = b'{' + lines[i][1:]
        file, out = bench.folder / f'{what}.json', bench.folder / f'{what}.out'
        file.write_bytes(b''.join(lines))
        expected = b''.join(line[1:-2] + b'\n' for line in lines if line[:1] == b'"')
        topic = bench.topic(what)
        bench.tool('produce', BROKER, topic, file, bench.records, *SAME_PRODUCER)
        runs = []
        for i in range(bench.options.repeat + 1):
            name, dead = bench.fresh('sink'), bench.topic('dead')
            out.unlink(missing_ok=True)
            cpu, begin = cpu_seconds(worker.pid), time.monotonic()
            worker.create(name, {
                'connector.class': 'FileStreamSink', 'tasks.max': '1', 'file': str(out), 'topics': topic,
                'value.converter': JSON, 'value.converter.schemas.enable': 'false', 'errors.tolerance': 'all',
                'errors.deadletterqueue.topic.name': dead,
                'errors.deadletterqueue.context.headers.enable': 'true'})
            bench.wait_for(lambda: out.exists() and out.stat().st_size >= len(expected), 600, 'the output')
            if bad:
                bench.tool('watch', BROKER, dead, len(bad))
            seconds, used = time.monotonic() - begin, cpu_seconds(worker.pid) - cpu
            worker.delete(name)
            if out.read_bytes() != expected:
                raise SystemExit('the output of the sink is not what it should be')
            if i:
                runs.append({'rate': bench.records / seconds, 'cpu': used / bench.records * 1e6})
        figures[what] = {key: statistics.median(run[key] for run in runs) for key in ('rate', 'cpu')}
    clean, poison = figures['clean'], figures['poison']
    bench.row('JSON sink without schemas: records/s', f'{clean["rate"]:,.0f}')
    bench.row('the same, 10 % dead letters: records/s',
              f'{poison["rate"]:,.0f}, {poison["rate"] / clean["rate"]:.2f} x clean', None, None, '>= 0.5 x clean')
    bench.row('the same, 10 % dead letters: CPU s per million',
              f'{poison["cpu"]:.2f}, {poison["cpu"] / clean["cpu"]:.2f} x clean')
