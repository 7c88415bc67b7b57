"""Runs the whole program for tests: workers, brokers, topics. Python's standard library alone.

A script defines classes of Scenario and ends with main(); its scenarios run side by side. From the environment:
MILLRACE (the program), MILLRACE_KAFKA_TOOL (kafka_tool), MILLRACE_BROKER (host:port of a real Kafka),
MILLRACE_KAFKA_SCRIPT (kafka.sh, for brokers of one's own and for the Java worker).
"""

import concurrent.futures
import contextlib
import http.client
import itertools
import json
import os
import pathlib
import random
import re
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

JAVA = "org.apache.kafka.connect."
# For sinks: a member that was killed is out of its group after six seconds, the least that brokers allow.
GIVEN_UP_SOON = {"consumer_override_session_timeout_ms": 6000, "consumer_override_heartbeat_interval_ms": 500}
LIMIT = 90  # seconds: what takes longer has failed; all waits are far below, also on a busy machine


def setting(name):
    value = os.environ.get(name)
    if not value:
        sys.exit(f"set {name}: see tests/integration/harness.py")
    return value


def wait_until(condition, what, seconds=LIMIT):
    """Returns the first true answer of condition()."""
    deadline = time.monotonic() + seconds
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"after {seconds} s still not: {what() if callable(what) else what}")
        time.sleep(0.02)


def free_port(family=socket.AF_INET, host="127.0.0.1"):
    """Below the range of outgoing connections: one of those could take the port before the server that it is meant for."""
    low = int(pathlib.Path("/proc/sys/net/ipv4/ip_local_port_range").read_text(encoding="ascii").split()[0])
    while True:
        with socket.socket(family) as one:
            try:
                one.bind((host, random.randrange(20_000, low) if low > 21_000 else 0))
                return one.getsockname()[1]
            except OSError:
                continue


def run(command, **options):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=180, check=False, **options)
    if done.returncode != 0:
        raise AssertionError(f"{command}: {done.stderr.decode(errors='replace')[-2000:]}")
    return done.stdout


def properties(settings):
    """A properties file; None leaves a setting out. Backslashes are doubled, as the format wants it."""
    return "".join(f"{key}={str(value).replace(chr(92), chr(92) * 2)}\n"
                   for key, value in settings.items() if value is not None)


class Broker:
    """A Kafka broker: the shared one, or one of our own at the end of which kafka.sh ends it."""

    def __init__(self, address):
        self.address = address
        self.folder = None

    @staticmethod
    def start(folder, *overrides):
        out = run([setting("MILLRACE_KAFKA_SCRIPT"), "start", str(folder), *overrides]).decode()
        broker = Broker(out.split("bootstrap.servers=")[1].strip())
        broker.folder = folder
        return broker

    def control(self, command):
        """start, stop, kill or restart; only of a broker of one's own."""
        run([setting("MILLRACE_KAFKA_SCRIPT"), command, str(self.folder)])

    def tool(self, *arguments, given=None):
        return run([setting("MILLRACE_KAFKA_TOOL"), self.address, *map(str, arguments)], input=given)

    def create(self, topic, partitions=1, **configs):
        self.tool("create", topic, partitions, *(f"{k.replace('_', '.')}={v}" for k, v in configs.items()))

    def produce(self, topic, lines, partition=0):
        self.tool("produce", topic, partition, given="".join(line + "\n" for line in lines).encode())

    def produce_keyed(self, topic, pairs, partition=0):
        self.tool("keyed", topic, partition, given="".join(f"{key}\t{value}\n" for key, value in pairs).encode())

    def values(self, topic):
        """The values of a topic's messages, partition by partition."""
        return self.tool("values", topic).decode().split("\n")[:-1]

    def put(self, topic, key, value, **headers):
        """One message; None is null."""
        text = lambda one: "-" if one is None else one
        self.tool("put", topic, text(key), text(value), *(f"{name}={text(one)}" for name, one in headers.items()))

    def everything(self, topic):
        """All messages as dictionaries: key, value, timestamp, headers (a list of pairs); all bytes."""
        text = lambda one: None if one == "-" else bytes.fromhex(one)
        messages = []
        for line in self.tool("everything", topic).decode().splitlines():
            _, _, timestamp, key, value, *headers = line.split("\t")
            pairs = (header.split("=") for header in headers)
            messages.append({"key": text(key), "value": text(value), "timestamp": int(timestamp),
                             "headers": [(text(name).decode(), text(content)) for name, content in pairs]})
        return messages

    def topic(self, name, *settings):
        """{"partitions": 1, "copies": 1, "retention.ms": "1000"}: numbers, and settings as they are written."""
        rows = dict(line.split("\t") for line in self.tool("topic", name, *settings).decode().splitlines())
        return {**rows, "partitions": int(rows["partitions"]), "copies": int(rows["copies"])}

    def end(self, topic):
        """How many messages were ever written; 0 while the topic is missing."""
        try:
            return sum(self._numbers("end", topic).values())
        except AssertionError:
            return 0

    def committed(self, group, topic):
        """{partition: committed offset}; -1: none."""
        return self._numbers("committed", group, topic)

    def _numbers(self, *arguments):
        rows = (line.split("\t") for line in self.tool(*arguments).decode().splitlines())
        return {int(partition): int(number) for partition, number in rows}


class Worker:
    """A worker, running. Its log is collected; settings are those of a worker file, connectors (standalone alone) are
    settings (a properties file is written for each) or paths. `inside` stands before the command, `host` is where REST
    answers."""

    def __init__(self, folder, settings, connectors=(), java=False, mode="standalone", inside=(), host="127.0.0.1"):
        self.folder = pathlib.Path(folder)
        self.host = host
        self.lines = []
        self._changed = threading.Condition()
        self._port = None
        number = next(_numbers)
        self.file = self.folder / f"worker-{number}.properties"
        self.file.write_text(properties(settings), encoding="latin-1")
        arguments = [str(self.file)]
        for connector in connectors:
            if isinstance(connector, dict):
                path = self.folder / f"{connector['name']}-{number}.properties"
                path.write_text(properties(connector), encoding="latin-1")
                connector = path
            arguments.append(str(connector))
        script = setting("MILLRACE_KAFKA_SCRIPT") if java else None
        command = [script, f"connect-{mode}"] if java else [setting("MILLRACE"), mode]
        # A session of its own: the kernel may hang up (SIGHUP) on everybody in the process group of a stopped process,
        # which would be the other tests.
        self.process = subprocess.Popen([*inside, *command, *arguments], cwd=self.folder, stdin=subprocess.DEVNULL,
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        for line in self.process.stdout:
            with self._changed:
                self.lines.append(line.decode(errors="replace").rstrip("\n"))
                self._changed.notify_all()
        with self._changed:
            self.lines.append(None)  # the end
            self._changed.notify_all()

    @property
    def log(self):
        return "\n".join(line for line in self.lines if line is not None)

    def wait_log(self, pattern, seconds=LIMIT):
        """The first match in the log."""
        deadline = time.monotonic() + seconds
        with self._changed:
            for i in itertools.count():
                while i >= len(self.lines):
                    if not self._changed.wait(deadline - time.monotonic()):
                        raise AssertionError(f"no '{pattern}' in the log:\n{self.log[-4000:]}")
                if self.lines[i] is None:
                    raise AssertionError(f"the worker ended without '{pattern}' in its log:\n{self.log[-4000:]}")
                if found := re.search(pattern, self.lines[i]):
                    return found

    def started(self):
        self.wait_log("Kafka Connect started")
        return self

    @property
    def port(self):
        if self._port is None:
            self._port = int(self.wait_log(r"Advertised URI: http://[^:]*:(\d+)").group(1))
        return self._port

    def ask(self, method, path, body=None):
        """(status, body as JSON or None)"""
        connection = http.client.HTTPConnection(self.host, self.port, timeout=LIMIT)
        try:
            connection.request(method, path, json.dumps(body) if body is not None else None,
                               {"Content-Type": "application/json"})
            answer = connection.getresponse()
            text = answer.read()
            return answer.status, json.loads(text) if text else None
        finally:
            connection.close()

    def status(self, connector):
        return self.ask("GET", f"/connectors/{connector}/status")[1]

    def task(self, connector, task=0):
        """The status of a task; empty while there is none."""
        tasks = (self.status(connector) or {}).get("tasks") or []
        return next((one for one in tasks if one["id"] == task), {})

    def wait_task(self, connector, state, task=0):
        wait_until(lambda: self.task(connector, task).get("state") == state,
                   lambda: f"task {connector}-{task} is {state}, but {self.task(connector, task)}\n{self.log[-3000:]}")
        return self.task(connector, task)

    def threads(self):
        """The names of its threads."""
        names = []
        for one in pathlib.Path(f"/proc/{self.process.pid}/task").iterdir():
            with contextlib.suppress(OSError):  # it has ended meanwhile
                names.append((one / "comm").read_text(encoding="utf-8").strip())
        return names

    def limit_file_size(self, size):
        """The largest file that the worker can write from now on: a full disk, as it were."""
        resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

    def wait_exit(self, seconds=LIMIT):
        code = self.process.wait(seconds)
        self._reader.join(seconds)
        return code

    def stop(self, number=signal.SIGTERM):
        """The exit code."""
        self.process.send_signal(number)
        return self.wait_exit()

    def kill(self):
        self.process.kill()
        self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.kill()
        self._reader.join(5)
        self.process.stdout.close()


class Scenario(unittest.TestCase):
    """One test: a folder of its own, and names that no other test has."""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="millrace-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.name = f"{self._testMethodName}-{os.getpid()}-{time.time_ns() // 1_000_000}"
        self.broker = Broker(setting("MILLRACE_BROKER"))

    def path(self, name):
        return self.folder / name

    def own_broker(self, *overrides):
        folder = self.path("kafka")
        self.addCleanup(subprocess.run, [setting("MILLRACE_KAFKA_SCRIPT"), "kill", str(folder)],
                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        self.broker = Broker.start(folder, *overrides)
        return self.broker

    def worker(self, *connectors, java=False, **settings):
        """Starts one; in settings `_` stands for a dot."""
        all_settings = {
            "bootstrap.servers": self.broker.address,
            "key.converter": JAVA + "storage.StringConverter",
            "value.converter": JAVA + "storage.StringConverter",
            "offset.storage.file.filename": self.path("offsets"),
            "offset.flush.interval.ms": 200,
            "listeners": "http://127.0.0.1:0",
            **{key.replace("_", "."): value for key, value in settings.items()}}
        worker = Worker(self.folder, all_settings, connectors, java)
        self.addCleanup(worker.__exit__)
        return worker

    def source(self, file="in.txt", **settings):
        return {"name": self.name + "-source", "connector.class": JAVA + "file.FileStreamSourceConnector",
                "tasks.max": 1, "file": self.path(file), "topic": self.name,
                **{key.replace("_", "."): value for key, value in settings.items()}}

    def sink(self, file="out.txt", **settings):
        return {"name": self.name + "-sink", "connector.class": JAVA + "file.FileStreamSinkConnector",
                "tasks.max": 1, "file": self.path(file) if file else "", "topics": self.name,
                **{key.replace("_", "."): value for key, value in settings.items()}}

    def text(self, file="out.txt"):
        path = self.path(file)
        return path.read_bytes() if path.exists() else b""

    def write(self, text, file="in.txt", mode="ab"):
        with open(self.path(file), mode) as out:
            out.write(text if isinstance(text, bytes) else text.encode())

    def wait_text(self, expected, file="out.txt", seconds=LIMIT):
        expected = expected if isinstance(expected, bytes) else expected.encode()
        wait_until(lambda: self.text(file) == expected,
                   lambda: f"{file} holds {len(expected)} bytes ({expected[:200]}...), but {len(self.text(file))} "
                           f"({self.text(file)[:200]}...)", seconds)

    def wait_messages(self, count, topic=None):
        topic = topic or self.name
        wait_until(lambda: self.broker.end(topic) >= count,
                   lambda: f"{topic} has {count} messages, but {self.broker.end(topic)}")

    def wait_committed(self, offsets, group=None, topic=None):
        group = group or f"connect-{self.name}-sink"
        topic = topic or self.name
        wait_until(lambda: self.broker.committed(group, topic) == offsets,
                   lambda: f"{group} has committed {offsets}, but {self.broker.committed(group, topic)}")

    def assert_nothing_lost(self, lines, seen):
        """Every line at least once, and the first occurrences in order."""
        self.assertEqual(list(dict.fromkeys(seen)), lines)


_numbers = itertools.count(1)


def main(together=4):
    """Runs the scenarios of the calling script, or those named on the command line."""
    suite = unittest.defaultTestLoader.loadTestsFromModule(sys.modules["__main__"])
    wanted = sys.argv[1:]
    tests = [test for group in suite for test in group
             if not wanted or any(name in test.id() for name in wanted)]
    failures = 0

    def carry_out(test):
        begin = time.monotonic()
        result = unittest.TestResult()
        test.run(result)
        return test, result, time.monotonic() - begin

    with concurrent.futures.ThreadPoolExecutor(together) as pool:
        for done in concurrent.futures.as_completed([pool.submit(carry_out, test) for test in tests]):
            test, result, seconds = done.result()
            good = result.wasSuccessful() and not result.skipped
            failures += not good
            print(f"{'passed' if good else 'FAILED'} {test.id()} ({seconds:.1f} s)", flush=True)
            for _, text in result.failures + result.errors + result.skipped:
                print(text, flush=True)
    print(f"{len(tests) - failures} passed, {failures} failed")
    sys.exit(1 if failures or not tests else 0)
