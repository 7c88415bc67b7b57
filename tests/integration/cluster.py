"""Clusters of distributed workers for tests: what cluster_test.py and its sisters share."""

import http.client
import json
import time

from harness import JAVA, Scenario, Worker, wait_until

SESSION = 6  # seconds, the least that brokers allow
STORES = ("config", "offset", "status")


class ClusterScenario(Scenario):
    """Workers of one cluster, each with a REST server on a port of its own."""

    def setUp(self):
        super().setUp()
        self.nodes = []
        self.cluster = {
            "bootstrap.servers": self.broker.address, "group.id": self.name,
            "key.converter": JAVA + "storage.StringConverter", "value.converter": JAVA + "storage.StringConverter",
            "session.timeout.ms": SESSION * 1000, "heartbeat.interval.ms": 500, "scheduled.rebalance.max.delay.ms": 0,
            "offset.flush.interval.ms": 200, "listeners": "http://127.0.0.1:0", "rest.advertised.host.name": "127.0.0.1",
            **{f"{kind}.storage.topic": f"{self.name}-{kind}" for kind in STORES},
            **{f"{kind}.storage.replication.factor": 1 for kind in STORES}}

    def node(self, java=False, inside=(), **settings):
        """Starts a worker of the cluster; in settings `_` stands for a dot. `inside` stands before its command."""
        all_settings = {**self.cluster, **{key.replace("_", "."): value for key, value in settings.items()}}
        worker = Worker(self.folder, all_settings, java=java, mode="distributed", inside=inside,
                        host=all_settings["rest.advertised.host.name"])
        self.addCleanup(worker.__exit__)
        self.nodes.append(worker)
        return worker

    def joined(self, *workers):
        """Waits until they are members. An answer of /health comes when the group was joined."""
        for worker in workers:
            wait_until(lambda worker=worker: self.ask(worker, "GET", "/health")[0] == 200,
                       lambda worker=worker: f"the worker is a member\n{worker.log[-3000:]}")
        return workers[0] if len(workers) == 1 else workers

    @staticmethod
    def ask(worker, method, path, body=None):
        """As Worker.ask, patient with rebalances: 409 is asked again, as users' programs do."""
        deadline = time.monotonic() + 30
        while True:
            try:
                status, answer = worker.ask(method, path, body)
            except (OSError, http.client.HTTPException, json.JSONDecodeError):
                if worker.process.poll() is not None:
                    raise AssertionError(f"the worker ended: {worker.log[-3000:]}")
                status, answer = 0, None
            if status not in (0, 409) or time.monotonic() > deadline or status == 409 and "exists" in str(answer):
                return status, answer
            time.sleep(0.1)

    def create(self, worker, config, expected=201):
        config = {key: str(value) for key, value in config.items()}
        status, answer = self.ask(worker, "PUT", f"/connectors/{config['name']}/config", config)
        self.assertEqual(status, expected, (answer, worker.log[-3000:]))
        return config["name"]

    def states(self, worker, name):
        """{"connector": state, 0: state, …}; empty while there is none."""
        status, answer = worker.ask("GET", f"/connectors/{name}/status")
        if status != 200:
            return {}
        return {"connector": answer["connector"]["state"], **{task["id"]: task["state"] for task in answer["tasks"]}}

    def owners(self, worker, name):
        """{worker id: tasks that run there}"""
        owners = {}
        for task in (worker.ask("GET", f"/connectors/{name}/status")[1] or {}).get("tasks", ()):
            if task["state"] == "RUNNING":
                owners.setdefault(task["worker_id"], set()).add(task["id"])
        return owners

    def wait_states(self, worker, name, state, tasks, connector=None, seconds=60):
        wanted = {"connector": connector or state, **{task: state for task in range(tasks)}}
        wait_until(lambda: self.states(worker, name) == wanted,
                   lambda: f"{name} is {wanted}, but {worker.ask('GET', f'/connectors/{name}/status')}\n"
                           + "\n\n".join(node.log[-2500:] for node in self.nodes), seconds)

    @staticmethod
    def id_of(worker):
        return f"{worker.host}:{worker.port}"

    def wait_spread(self, worker, name, workers, tasks, seconds=60):
        """Until every task runs, and the workers share them evenly."""
        ids = {self.id_of(one) for one in workers}

        def spread():
            owners = self.owners(worker, name)
            loads = [len(one) for one in owners.values()]
            return (sum(loads) == tasks and set(owners) == ids and max(loads) - min(loads) <= 1)
        wait_until(spread, lambda: f"{name} is spread over {ids}, but {self.owners(worker, name)}\n"
                   + "\n\n".join(node.log[-2500:] for node in self.nodes), seconds)

    def records_of(self, kind):
        """[(key, value)] of one of the three topics, oldest first; value None: a tombstone."""
        text = lambda one: None if one is None else one.decode()
        return [(text(one["key"]), text(one["value"])) for one in self.broker.everything(f"{self.name}-{kind}")]

    def task_states(self):
        """[(task, state, worker id)] of the status topic, oldest first for each task; state None: a tombstone."""
        states = []
        for key, value in self.records_of("status"):
            if key.startswith("status-task-"):
                status = json.loads(value) if value else {}
                states.append((key[len("status-task-"):], status.get("state"), status.get("worker_id")))
        return states
