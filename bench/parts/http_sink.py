"""Part http."""
import json, statistics, subprocess, time

from http_endpoints import Nginx, Slow
from worker import BIN, BROKER, cpu_seconds, free_port, memory_mib


def http(bench):
    """The HTTP sink against nginx on this machine, beside a bare libcurl loop on one connection."""
    size, count = 42, max(20_000, bench.records // 10)
    http_tool = lambda *arguments: subprocess.run([str(BIN / 'bare_http'), *map(str, arguments)], check=True,
                                                  text=True, stdout=subprocess.PIPE).stdout
    topic = bench.topic('http', 4)
    http_tool('fill', BROKER, topic, count, size)
    worker = bench.worker()

    def run(url, seen, wanted, topics=topic, **settings):
        name, before = bench.fresh('http'), seen()
        cpu, begin = cpu_seconds(worker.pid), time.monotonic()
        worker.create(name, {'connector.class': 'HttpSink', 'tasks.max': '1', 'topics': topics,
                             'callback.request.url': url, 'callback.request.method': 'POST',
                             'callback.request.headers': '{"Content-Type":"application/json"}', **settings})
        # From the first request on: joining a group takes seconds, and is not what is measured here.
        bench.wait_for(lambda: seen() > before, 60, 'the first request')
        cpu, begin, first = cpu_seconds(worker.pid), time.monotonic(), seen()
        bench.wait_for(lambda: seen() - before >= wanted, 600, 'the last request')
        seconds, used, done = time.monotonic() - begin, cpu_seconds(worker.pid) - cpu, seen() - first
        worker.delete(name)
        return {'rate': done / seconds, 'cpu': used / done * 1e6}

    middle = lambda runs, key: statistics.median(one[key] for one in runs)
    many = {'max.in.flight.requests': '16', 'ordering': 'key'}
    with Nginx(bench.folder, free_port()) as nginx:
        bare, bare_sixteen, one, sixteen = [], [], [], []
        for _ in range(bench.options.repeat):  # in turn, so that a slow minute of the machine meets all of them
            bare.append(json.loads(http_tool('post', nginx.url, count, size)))
            bare_sixteen.append(json.loads(http_tool('post', nginx.url, count, size, 16)))
            one.append(run(nginx.url, nginx.requests, count))
            sixteen.append(run(nginx.url, nginx.requests, count, **many))
        quiet = run(nginx.url, nginx.requests, count, **{'log.payload': 'false'})
    bare_rate, bare_cpu = middle(bare, 'records_per_s'), middle(bare, 'cpu_s_per_million')
    rate, cpu = middle(one, 'rate'), middle(one, 'cpu')
    bench.row('HTTP, one at a time: requests/s', f'{rate:,.0f}', f'{bare_rate:,.0f}, {rate / bare_rate:.2f} x', None,
              '>= 0.9 x bare')
    bench.row('HTTP, one at a time: CPU s per million', f'{cpu:.1f}', f'{bare_cpu:.1f}, {cpu / bare_cpu:.2f} x', None,
              '<= 1.4 x bare')
    bench.row('the same with log.payload=false: requests/s, CPU s', f'{quiet["rate"]:,.0f}, {quiet["cpu"]:.1f}')
    rate16, cpu16 = middle(sixteen, 'rate'), middle(sixteen, 'cpu')
    bare_rate16, bare_cpu16 = middle(bare_sixteen, 'records_per_s'), middle(bare_sixteen, 'cpu_s_per_million')
    bench.row('HTTP, 16 in flight by key: requests/s', f'{rate16:,.0f}, {rate16 / rate:.1f} x one at a time',
              f'{bare_rate16:,.0f}, {bare_rate16 / bare_rate:.1f} x its one at a time; {rate16 / bare_rate16:.2f} x', None,
              '>= 5 x')
    bench.row('HTTP, 16 in flight by key: CPU s per million', f'{cpu16:.1f}',
              f'{bare_cpu16:.1f}, {cpu16 / bare_cpu16:.2f} x')
    with Slow(0.02) as slow:
        figure = run(slow.url, slow.requests, 5000, **many)
        bench.row('HTTP, endpoint of 20 ms, 16 in flight: requests/s', f'{figure["rate"]:,.0f}', None, None, '>= 700')
    million = bench.topic('dead', 4)
    http_tool('fill', BROKER, million, bench.records, size)
    idle, peak, begin = memory_mib(worker.pid), 0, time.monotonic()
    name = bench.fresh('dead')
    worker.create(name, {'connector.class': 'HttpSink', 'tasks.max': '1', 'topics': million,
                         'callback.request.url': f'http://127.0.0.1:{free_port()}/', 'callback.request.method': 'POST',
                         'request.retry.backoff.sec': '600'})
    while time.monotonic() - begin < 20:
        peak = max(peak, memory_mib(worker.pid))
        time.sleep(0.25)
    bench.row(f'HTTP, dead endpoint before {bench.records:,} records: MiB above idle', f'{peak - idle:.1f}', None, None, '<= 64')
    worker.stop()
