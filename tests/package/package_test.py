#!/usr/bin/env python3
"""Installs a build into a new folder, builds examples/words against it, outside of the source tree, and uses the
result: its own tests, a program that loads the library, and the installed worker, which must list its connectors and
run both of them, on the broker that the worker has built in.
"""

import argparse
import json
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.request

WAIT = 60  # seconds for anything that a worker is to do

COUNTER = "com.example.words.CounterSourceConnector"
WORD_COUNT = "com.example.words.WordCountSinkConnector"


def run(*command, **options):
    result = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                            text=True, check=False, **options)
    if result.returncode != 0:
        raise SystemExit(f"{' '.join(map(str, command))}\nended with {result.returncode}:\n{result.stdout}")
    return result.stdout


def until(what, probe):
    """Asks until there is an answer."""
    end = time.monotonic() + WAIT
    while time.monotonic() < end:
        answer = probe()
        if answer is not None:
            return answer
        time.sleep(0.05)
    raise SystemExit(f"no {what} within {WAIT} s")


def build_example(arguments, folder):
    prefix = folder / "prefix"
    run(arguments.cmake, "--install", arguments.build, "--prefix", prefix)
    # A copy: nothing may be found by a path into the source tree.
    shutil.copytree(arguments.source / "examples" / "words", folder / "words")
    build = folder / "build"
    run(arguments.cmake, "-S", folder / "words", "-B", build, "-G", arguments.generator,
        f"-DCMAKE_CXX_COMPILER={arguments.compiler}", f"-DCMAKE_PREFIX_PATH={prefix}",
        "-DCMAKE_CXX_FLAGS=-Wall -Wextra -Werror")
    run(arguments.cmake, "--build", build)
    run("ctest", "--test-dir", build, "--output-on-failure", "--no-tests=error")
    plugins = folder / "plugins" / "words"
    plugins.mkdir(parents=True)
    shutil.copy(build / "words.so", plugins)
    return prefix, plugins.parent


def expect_loaded(loader, plugins):
    listed = run(loader, plugins, "CounterSource", "WordCountSink")
    for line in (f"sink {WORD_COUNT} 1.0.0", f"source {COUNTER} 1.0.0"):
        if line not in listed.splitlines():
            raise SystemExit(f"'{line}' is missing in:\n{listed}")


class Worker:
    """The installed worker, with the example's two connectors."""

    def __init__(self, program, plugins, folder):
        self.counts = folder / "counts"
        self.log = folder / "worker.log"
        files = {
            "worker": {
                "bootstrap.servers": "embedded:", "listeners": "http://127.0.0.1:0", "plugin.path": plugins,
                "key.converter": "org.apache.kafka.connect.storage.StringConverter",
                "value.converter": "org.apache.kafka.connect.storage.StringConverter",
                "offset.storage.file.filename": folder / "offsets", "offset.flush.interval.ms": 200,
            },
            "counter": {
                "name": "counter", "connector.class": "CounterSource", "tasks.max": 2, "topic": "numbers",
                "counters": "apples,pears,plums", "up.to": 20, "pause.ms": 1,
            },
            "word-count": {
                "name": "word-count", "connector.class": WORD_COUNT, "topics": "numbers", "file": self.counts,
            },
        }
        paths = []
        for name, settings in files.items():
            paths.append(folder / f"{name}.properties")
            paths[-1].write_text("".join(f"{key}={value}\n" for key, value in settings.items()))
        with self.log.open("w") as log:
            self.process = subprocess.Popen([program, "standalone", *paths], stdout=log, stderr=subprocess.STDOUT)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def address(self):
        def probe():
            if self.process.poll() is not None:
                raise SystemExit(f"the worker ended with {self.process.returncode}:\n{self.log.read_text()}")
            found = re.search(r"http://127\.0\.0\.1:([1-9]\d*)", self.log.read_text())
            return found and found.group(0)
        return until("REST address in the worker's log", probe)

    def get(self, path):
        with urllib.request.urlopen(self.address() + path, timeout=WAIT) as answer:
            return json.load(answer)

    def expect_listed(self):
        versions = {plugin["class"]: plugin.get("version") for plugin in self.get("/connector-plugins")}
        for name in (COUNTER, WORD_COUNT):
            if versions.get(name) != "1.0.0":
                raise SystemExit(f"{name} is not among the worker's plugins: {versions}")

    def expect_counted(self):
        # 20 numbers of each of the three counters, and each number three times.
        wanted = {f"word 20 {name}" for name in ("apples", "pears", "plums")}
        wanted |= {f"word 3 {number}" for number in range(1, 21)}

        def probe():
            lines = set(self.counts.read_text().splitlines()) if self.counts.exists() else set()
            return lines if wanted <= lines else None
        try:
            until("complete counts", probe)
        except SystemExit as late:
            raise SystemExit(f"{late}\n{self.log.read_text()}") from None

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(WAIT)
        if code != 128 + signal.SIGTERM:
            raise SystemExit(f"the worker ended with {code}, not 143:\n{self.log.read_text()}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cmake", required=True)
    parser.add_argument("--build", required=True, type=pathlib.Path)
    parser.add_argument("--source", required=True, type=pathlib.Path)
    parser.add_argument("--compiler", required=True)
    parser.add_argument("--generator", required=True)
    parser.add_argument("--loader", required=True)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="millrace-package-") as name:
        folder = pathlib.Path(name)
        prefix, plugins = build_example(arguments, folder)
        expect_loaded(arguments.loader, plugins)
        with Worker(prefix / "bin" / "millrace", plugins, folder) as worker:
            worker.expect_listed()
            worker.expect_counted()
            worker.stop()
    print("example built out of tree, loaded, and run by the installed worker")


if __name__ == "__main__":
    main()
