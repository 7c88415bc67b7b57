"""A Connect worker, Millrace's or Java's, as a process that is measured from outside."""
import http.client, json, os, pathlib, signal, socket, subprocess, time, urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
BIN = pathlib.Path(os.environ.get('MILLRACE_BIN', ROOT / 'build/release/bin'))
BROKER = os.environ['MILLRACE_BROKER']
KAFKA = os.environ.get('MILLRACE_KAFKA_SCRIPT', str(ROOT / 'scripts/kafka.sh'))
TICKS = os.sysconf('SC_CLK_TCK')
STRING = 'org.apache.kafka.connect.storage.StringConverter'


def free_port():
    with socket.socket() as s:
        s.bind(('127.0.0.1', 0))
        return s.getsockname()[1]


def processes(pid):
    """A process and all its descendants."""
    found = [pid]
    for one in found:
        try:
            for thread in os.listdir(f'/proc/{one}/task'):
                children = pathlib.Path(f'/proc/{one}/task/{thread}/children').read_text()
                found += [int(child) for child in children.split()]
        except OSError:
            pass
    return found


def cpu_seconds(pid):
    total = 0
    for one in processes(pid):
        try:
            fields = pathlib.Path(f'/proc/{one}/stat').read_text().rsplit(')', 1)[1].split()
            total += int(fields[11]) + int(fields[12])
        except OSError:
            pass
    return total / TICKS


def memory_mib(pid, key='VmRSS'):
    total = 0
    for one in processes(pid):
        try:
            for line in pathlib.Path(f'/proc/{one}/status').read_text().splitlines():
                if line.startswith(key + ':'):
                    total += int(line.split()[1])
        except OSError:
            pass
    return total / 1024


def threads(pid):
    return sum(len(os.listdir(f'/proc/{one}/task')) for one in processes(pid))


class Worker:
    """Starts at once; `wait_for_answer` waits until it is of use. Whoever starts one must end it: Bench does."""

    def __init__(self, name, mode, folder, settings):
        """name: millrace or java; mode: standalone or distributed; settings: those of that mode."""
        self.name, self.port = name, free_port()
        self.id = f'127.0.0.1:{self.port}'
        self.log = folder / f'{name}-{self.port}.log'
        properties = folder / f'{name}-{self.port}.properties'
        settings = {'bootstrap.servers': BROKER, 'key.converter': STRING, 'value.converter': STRING,
                    'offset.flush.interval.ms': 10000, 'listeners': f'http://{self.id}', **settings}
        if mode == 'standalone':
            settings['offset.storage.file.filename'] = folder / f'{name}-{self.port}.offsets'
        if name == 'java':
            settings['plugin.path'] = subprocess.check_output([KAFKA, 'plugins'], text=True).strip()
        properties.write_text(''.join(f'{key}={value}\n' for key, value in settings.items()))
        command = [KAFKA, f'connect-{mode}'] if name == 'java' else [str(BIN / 'millrace'), mode]
        self.begin = time.monotonic()
        self.process = subprocess.Popen(command + [str(properties)], stdout=self.log.open('w'),
                                        stderr=subprocess.STDOUT, cwd=folder, start_new_session=True)
        self.pid = self.process.pid

    def living(self):
        return self.process.poll() is None

    def wait_for_answer(self, path='/', limit=120):
        """Returns the seconds from the start of the process to the first 200 for `path`."""
        request = f'GET {path} HTTP/1.1\r\nHost: x\r\nAccept: application/json\r\nConnection: close\r\n\r\n'.encode()
        while True:
            if not self.living():
                raise SystemExit(f'{self.name} ended; the end of its log:\n' + self.log.read_text()[-2000:])
            if time.monotonic() - self.begin > limit:
                raise SystemExit(f'{self.name} does not answer {path}; the end of its log:\n' + self.log.read_text()[-2000:])
            try:
                with socket.create_connection(('127.0.0.1', self.port), timeout=5) as s:
                    s.sendall(request)
                    if s.recv(64).startswith(b'HTTP/1.1 200'):
                        return time.monotonic() - self.begin
            except OSError:
                pass
            time.sleep(0.001)

    def call(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f'http://{self.id}{path}', data, method=method,
                                         headers={'Content-Type': 'application/json'} if data else {})
        with urllib.request.urlopen(request, timeout=120) as answer:
            text = answer.read()
            return json.loads(text) if text else None

    def ask(self, path):
        """The answer to a GET, or None where there is none now: while a cluster reorganizes, errors are a matter of course."""
        try:
            return self.call('GET', path)
        except (OSError, ValueError, http.client.HTTPException):
            return None

    def create(self, name, config):
        self.call('PUT', f'/connectors/{name}/config', config)

    def delete(self, name):
        self.call('DELETE', f'/connectors/{name}')

    def stop(self):
        """Returns the seconds from SIGTERM to the end of the process."""
        begin = time.monotonic()
        os.killpg(self.pid, signal.SIGTERM)
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.kill()
        return time.monotonic() - begin

    def kill(self):
        os.killpg(self.pid, signal.SIGKILL)
        self.process.wait()
