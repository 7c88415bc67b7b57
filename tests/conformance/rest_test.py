"""Plays the recorded REST calls against a fresh worker and compares its answers with those of a Java worker.

The first argument is the mode. What a step means stands in README.md.
"""

import http.client
import json
import pathlib
import sys
import time
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "integration"))
from cluster import ClusterScenario  # noqa: E402
from harness import LIMIT, main  # noqa: E402

DATA = pathlib.Path(__file__).parents[1] / "data" / "conformance"
MODE = sys.argv.pop(1) if len(sys.argv) > 1 else "standalone"
# Members that no two workers have in common: there or null is all that is compared.
VARYING = {"trace", "documentation", "commit", "kafka_cluster_id", "worker_id", "last_modified", "version"}


def read(name):
    return [json.loads(line) for line in (DATA / name).read_text().splitlines() if line.strip()]


def replaced(value, pairs):
    """The same JSON value with each text of `pairs` replaced in all texts and names."""
    if isinstance(value, str):
        for old, new in pairs:
            value = value.replace(old, new)
        return value
    if isinstance(value, list):
        return [replaced(one, pairs) for one in value]
    if isinstance(value, dict):
        return {replaced(key, pairs): replaced(one, pairs) for key, one in value.items()}
    return value


def at(value, path):
    """What stands at a path such as `tasks.0.state`; None when there is nothing."""
    for part in path.split("."):
        if isinstance(value, list):
            value = value[int(part)] if part.isdigit() and int(part) < len(value) else None
        else:
            value = value.get(part) if isinstance(value, dict) else None
    return value


class Comparison:
    """Collects where an answer differs from the recorded one."""

    def __init__(self, step):
        self.step = step
        self.found = []

    def differ(self, where, text):
        self.found.append(f"{where or 'body'}: {text}")

    def text(self, wanted, got, where):
        """Texts that only have to be there."""
        if (wanted is None) != (got is None) or (wanted is not None and not got):
            self.differ(where, f"wanted {'a text' if wanted else wanted}, got {got!r}")

    def compare(self, wanted, got, where="", more=False):
        name = where.rsplit(".", 1)[-1]
        if name in VARYING:
            self.text(wanted, got, where)
        elif name == "message":
            self.text(wanted or None, got or None, where)
        elif isinstance(wanted, dict) and isinstance(got, dict):
            for key in wanted.keys() - got.keys():
                self.differ(f"{where}.{key}", "is missing")
            for key in got.keys() - wanted.keys() if not more else ():
                self.differ(f"{where}.{key}", "is too much")
            for key in wanted.keys() & got.keys():
                self.compare(wanted[key], got[key], f"{where}.{key}", more or key == "recommended_values")
        elif isinstance(wanted, list) and isinstance(got, list):
            self.lists(wanted, got, where, more, name == "errors")
        elif type(wanted) is not type(got) or wanted != got:
            self.differ(where, f"wanted {json.dumps(wanted)[:150]}, got {json.dumps(got)[:150]}")

    def lists(self, wanted, got, where, more, messages):
        if messages:
            if len(wanted) != len(got) or not all(got):
                self.differ(where, f"{len(wanted)} messages wanted, got {got}")
            return
        wanted = [one for one in wanted if not self.is_absent(one)]
        if more:
            for one in wanted:
                if not any(self.same(one, other, where) for other in got):
                    self.differ(where, f"lacks {json.dumps(one)[:120]}")
            return
        if len(wanted) != len(got):
            self.differ(where, f"{len(wanted)} elements wanted, got {len(got)}")
            return
        for i, (one, other) in enumerate(zip(wanted, got)):
            self.compare(one, other, f"{where}.{i}")

    def is_absent(self, element):
        return isinstance(element, dict) and any(all(element.get(key) == value for key, value in members.items())
                                                 for members in self.step.get("absent", ()))

    def same(self, wanted, got, where):
        inner = Comparison(self.step)
        inner.compare(wanted, got, where + ".-", True)
        return not inner.found


class RecordedCalls(ClusterScenario):
    def call(self, step):
        headers = dict(step.get("headers") or {})
        body = step.get("body")
        if body is not None:
            body = (body if isinstance(body, str) else json.dumps(body)).encode()
            headers.setdefault("Content-Type", "application/json")
        connection = http.client.HTTPConnection("127.0.0.1", self.running.port, timeout=100)
        try:
            connection.request(step["method"], step["path"], body, headers)
            answer = connection.getresponse()
            text = answer.read().decode("utf-8", "replace")
            got = {"status": answer.status,
                   "content_type": (answer.getheader("Content-Type") or "").split(";")[0].strip().lower()}
            if location := answer.getheader("Location"):
                got["location"] = urllib.parse.urlsplit(location).path
        finally:
            connection.close()
        try:
            got["body"] = json.loads(text) if text else None
        except ValueError:
            got["body"] = {"text": text[:200]}
        return got

    def play(self, step, differences):
        """What differs in the answer. A step that waits is asked until nothing does: what it waits for is there, and the rest
        may come a moment later."""
        time.sleep(step.get("sleep", 0))
        until = step.get("until")
        deadline = time.monotonic() + LIMIT
        while True:
            got = self.call(step)
            found = differences(got)
            there = not until or at(got["body"], until["path"]) == until["equals"]
            if not until or (there and not found) or time.monotonic() > deadline:
                return found
            time.sleep(0.1)

    def differences(self, step, recorded, got):
        if self.is_better(step, recorded, got):
            return []
        comparison = Comparison(step)
        parts = ["status"] if step.get("status_only") else ["status", "content_type", "location", "body"]
        for part in parts:
            if part in recorded or part in got:
                comparison.compare(recorded.get(part), got.get(part), "" if part == "body" else part,
                                   step.get("subset", False))
        return comparison.found

    @staticmethod
    def is_better(step, recorded, got):
        """A client's mistake that is told as one, where the recorded answer blames the server."""
        codes = step.get("better", [400, 404, 405, 409, 415] if recorded["status"] == 500 else [])
        if got["status"] not in codes or got["status"] == recorded["status"]:
            return False
        body = got["body"]
        return got["status"] < 400 or (isinstance(body, dict) and body.get("error_code") == got["status"]
                                       and bool(body.get("message")))

    def test_every_recorded_call(self):
        self.write("foo\nbar\n")
        self.running = (self.worker(offset_flush_interval_ms=1000).started() if MODE == "standalone"
                        else self.joined(self.node(offset_flush_interval_ms=1000)))
        tag = str(time.time_ns())
        values = [("{tag}", tag), ("{dir}", str(self.folder)), ("{topic}", f"conformance-{tag}")]
        back = [(new, old) for old, new in sorted(values, key=lambda pair: -len(pair[1]))]
        golden = {one["name"]: one for one in read(f"{MODE}.jsonl")}
        played, failures = 0, []
        for step in read("steps.jsonl"):
            if MODE not in step.get("modes", [MODE]):
                continue
            step = replaced(step, values)
            if step.get("unrecorded"):
                self.play(step, lambda _: [])
                continue
            name = replaced(step["name"], back)
            played += 1
            found = self.play(step, lambda got, step=step, recorded=golden[name]:
                              self.differences(step, recorded, replaced(got, back)))
            if found:
                failures.append(f"{name}: {step['method']} {step['path']}\n    " + "\n    ".join(found[:8]))
        self.assertGreaterEqual(played, 168)
        self.assertFalse(failures, f"{len(failures)} of {played} answers differ:\n" + "\n".join(failures))


if __name__ == "__main__":
    main()
