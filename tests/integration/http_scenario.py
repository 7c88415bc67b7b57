"""What scenarios of the HTTP sink share.

MILLRACE_HTTP_RECORDS: how many records the long runs send (./dev test: 4 000 each)."""

import os

from harness import Scenario, wait_until

RECORDS = int(os.environ.get("MILLRACE_HTTP_RECORDS", "4000"))
LONG = 240 + RECORDS // 100  # seconds, for all of them
PARTITIONS = 4
AT_ONCE = ",".join(["0"] * 30)  # brackets without a wait: enough that none is ever used up


class HttpScenario(Scenario):
    def http(self, url, **settings):
        return {"name": self.name, "connector.class": "HttpSink", "tasks.max": 1, "topics": self.name,
                "callback.request.url": url, "callback.request.method": "POST", "callback.timeout.read.ms": 200,
                "retry.backoff.sec": AT_ONCE, "request.retry.backoff.sec": AT_ONCE,
                **{key.replace("_", "."): value for key, value in settings.items()}}

    def fill(self, count=RECORDS):
        """{partition: bodies}, in the topic and as expected."""
        self.broker.create(self.name, PARTITIONS)
        records = {}
        for partition in range(PARTITIONS):
            records[partition] = [f"{partition} {i}" for i in range(count // PARTITIONS)]
            self.broker.produce(self.name, records[partition], partition)
        return records

    def wait_through(self, records, worker=None):
        group = f"connect-{self.name}"
        expected = {partition: len(bodies) for partition, bodies in records.items()}
        wait_until(lambda: self.broker.committed(group, self.name) == expected,
                   lambda: f"committed {expected}, but {self.broker.committed(group, self.name)}; "
                           f"{worker.task(self.name) if worker else ''}", seconds=LONG)

    def assert_in_order(self, records, delivered, left_out=frozenset()):
        for partition, bodies in records.items():
            first = list(dict.fromkeys(body for body in delivered if body.startswith(f"{partition} ")))
            self.assertEqual(first, [body for body in bodies if body not in left_out], f"partition {partition}")
