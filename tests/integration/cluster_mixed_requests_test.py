"""Requests in clusters of a Millrace and a Java worker: whoever is asked, the answer is the leader's."""

import base64
import concurrent.futures
import hashlib
import hmac
import http.client
import json
import signal
import time

from harness import JAVA, main, wait_until
from mixed import OTHER, MixedScenario

CONFLICT = {"error_code": 409,
            "message": "Cannot complete request because of a conflicting operation (e.g. worker rebalance)"}


class Requests(MixedScenario):
    def test_java_leads(self):
        self.ask_both("java")

    def test_millrace_leads(self):
        self.ask_both("millrace")

    def ask_both(self, kind):
        self.leader, self.follower = self.pair(kind)
        self.same_answers()
        self.internal_requests()
        self.initial_states()
        self.pause_and_resume()
        self.new_number_of_tasks()
        self.loggers_and_restarts(kind)

    def both(self, method, path, body=None, expected=200):
        """Asks the leader, and the follower the same for a connector of its own: % in path and body. Their answer."""
        answers = []
        for worker in self.leader, self.follower:
            name = f"{self.name}-{'leader' if worker is self.leader else 'follower'}"
            put = lambda text, name=name: text.replace("%", name)
            status, answer = self.ask(worker, method, put(path), json.loads(put(json.dumps(body))))
            text = json.dumps(answer).replace(name, "%")
            for node in self.nodes:
                text = text.replace(self.id_of(node), "a worker")
            answers.append((status, json.loads(text)))
        self.assertEqual(answers[0], answers[1], f"{method} {path}: the leader, then the follower")
        self.assertEqual(answers[0][0], expected, (method, path, answers))
        return answers[0][1]

    def wait_both(self, state, tasks, connector=None):
        for who in "leader", "follower":
            for worker in self.leader, self.follower:
                self.wait_states(worker, f"{self.name}-{who}", state, tasks, connector)

    def same_answers(self):
        """C33, C37"""
        config = {"connector.class": JAVA + "file.FileStreamSourceConnector", "tasks.max": "1", "topic": self.name,
                  "file": f"{self.folder}/%.txt"}
        for who in "leader", "follower":
            self.write("one\ntwo\n", f"{self.name}-{who}.txt")
        self.both("POST", "/connectors", {"name": "%", "config": config}, 201)
        self.both("POST", "/connectors", {"name": "%", "config": config}, 409)
        self.wait_both("RUNNING", 1)
        wait_until(lambda: all(self.ask(self.leader, "GET", f"/connectors/{self.name}-{who}/offsets")[1]["offsets"]
                               for who in ("leader", "follower")), "both have stored offsets")
        for path in "", "/config", "/tasks", "/offsets", "/status":
            self.both("GET", "/connectors/%" + path)
        for path in "", "/config", "/tasks", "/offsets", "/status", "/tasks/0/status":
            self.both("GET", "/connectors/%-missing" + path, None, 404)
        self.both("GET", "/connectors/%/tasks/7/status", None, 404)

        config = {**config, "name": "%", "batch.size": "10"}
        self.both("PUT", "/connectors/%/config", config)
        self.wait_both("RUNNING", 1)
        self.both("PUT", "/connectors/%/config", {**config, "name": "another"}, 400)
        self.both("PUT", "/connectors/%/config", {**config, "batch.size": "many"}, 400)
        self.both("POST", "/connectors", {"name": "%-more", "config": {**config, "name": "%-more", "tasks.max": "0"}},
                  400)
        answer = self.both("PATCH", "/connectors/%/config", {"batch.size": "20", "tasks.max": "2", "topic.more": None})
        self.assertEqual(answer["config"], {**config, "batch.size": "20", "tasks.max": "2"})
        self.wait_both("RUNNING", 1)
        self.both("PATCH", "/connectors/%-missing/config", {"batch.size": "20"}, 404)

        self.both("POST", "/connectors/%/restart", None, 204)
        self.wait_both("RUNNING", 1)
        self.both("POST", "/connectors/%/tasks/0/restart", None, 204)
        self.wait_both("RUNNING", 1)
        plan = self.both("POST", "/connectors/%/restart?includeTasks=true", None, 202)
        self.assertEqual([plan["connector"]["state"], plan["tasks"][0]["state"]], ["RESTARTING"] * 2)
        self.wait_both("RUNNING", 1)
        for path in "/restart", "/restart?includeTasks=true", "/restart?onlyFailed=true", "/tasks/0/restart":
            self.both("POST", "/connectors/%-missing" + path, None, 404)
        self.both("POST", "/connectors/%/tasks/7/restart", None, 404)

        there = {"offsets": [{"partition": {"filename": f"{self.folder}/%.txt"}, "offset": {"position": 4}}]}
        self.both("PATCH", "/connectors/%/offsets", there, 400)
        self.both("DELETE", "/connectors/%/offsets", None, 400)
        for state in "stop", "pause", "resume":
            self.both("PUT", f"/connectors/%-missing/{state}", None, 404)
        self.both("PUT", "/connectors/%/stop", None, 204)
        self.wait_both("STOPPED", 0)
        self.both("PATCH", "/connectors/%-missing/offsets", there, 404)
        self.both("PATCH", "/connectors/%/offsets", there)
        self.assertEqual(self.both("GET", "/connectors/%/offsets"), there)
        self.both("PATCH", "/connectors/%/offsets", {"offsets": []}, 400)
        self.both("DELETE", "/connectors/%/offsets")
        self.assertEqual(self.both("GET", "/connectors/%/offsets"), {"offsets": []})

        self.assertEqual(self.follower.ask("PUT", f"/connectors/{self.name}-follower/stop?forward=false"),
                         (409, CONFLICT))
        self.assertEqual(self.follower.ask("PUT", f"/connectors/{self.name}-missing/stop?forward=false")[0], 404)
        self.both("DELETE", "/connectors/%", None, 204)
        self.both("DELETE", "/connectors/%", None, 404)

    def internal_requests(self):
        """C35"""
        name = f"{self.name}-internal"
        config = {key: str(value) for key, value in self.source(name=name).items()}
        status, answer = self.ask(self.follower, "POST", "/connectors",
                                  {"name": name, "config": config, "initial_state": "STOPPED"})
        self.assertEqual(status, 201, answer)
        key = base64.b64decode(json.loads(dict(self.records_of("config"))["session-key"])["key"])
        mac = lambda body, key=key, how=hashlib.sha256: base64.b64encode(hmac.new(key, body, how).digest()).decode()
        body = b"[]"
        signed = (mac(body), "HmacSHA256")
        cases = [((None, None), 400), ((signed[0], None), 400), ((None, "HmacSHA256"), 400),
                 ((mac(body, b"another key"), "HmacSHA256"), 403), ((mac(b"[{}]"), "HmacSHA256"), 403),
                 ((mac(body, how=hashlib.sha1), "HmacSHA1"), 400), ((signed[0], "Rot13"), 400),
                 (("!!", "HmacSHA256"), 400), (signed, 204)]
        for headers, expected in cases:
            for worker in self.leader, self.follower:
                if worker is self.follower and headers == signed:
                    expected = 400  # it is genuine, and sent on without its signature
                answer = self.internal(worker, "POST", f"/connectors/{name}/tasks", body, headers)
                self.assertEqual(answer[0], expected, (headers, answer, worker is self.leader))
        for worker in self.leader, self.follower:
            self.assertEqual(self.internal(worker, "PUT", f"/connectors/{name}/fence", b"", (None, None))[0], 400)
            self.assertEqual(self.internal(worker, "PUT", f"/connectors/{name}/fence", b"",
                                           (mac(b"", b"another key"), "HmacSHA256"))[0], 403)
        tasks = b'[{"task.class":"x"}]'
        self.assertEqual(self.internal(self.leader, "POST", f"/connectors/{name}/tasks", tasks,
                                       (mac(tasks), "HmacSHA256"))[0], 400, "a stopped connector has no tasks")
        self.assertEqual(self.ask(self.follower, "DELETE", f"/connectors/{name}")[0], 204)

    @staticmethod
    def internal(worker, method, path, body, headers):
        names = ("X-Connect-Authorization", "X-Connect-Request-Signature-Algorithm")
        connection = http.client.HTTPConnection("127.0.0.1", worker.port, timeout=60)
        try:
            connection.request(method, path, body, {"Content-Type": "application/json", **{
                name: value for name, value in zip(names, headers) if value is not None}})
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def initial_states(self):
        """C43: in force at once, whoever is asked."""
        for state in "STOPPED", "PAUSED":
            name = f"{self.name}-{state.lower()}"
            config = {key: str(value) for key, value in self.source(name=name).items()}
            status, answer = self.ask(self.follower, "POST", "/connectors",
                                      {"name": name, "config": config, "initial_state": state})
            self.assertEqual(status, 201, answer)
            for worker in self.leader, self.follower:
                self.wait_states(worker, name, state, 0)
            seen = {json.loads(value)["state"] for key, value in self.records_of("status")
                    if value and key.startswith((f"status-connector-{name}", f"status-task-{name}-"))}
            self.assertEqual(seen, {state})
            keys = [key for key, _ in self.records_of("config") if key.endswith(name)]
            self.assertEqual(keys[:2], [f"target-state-{name}", f"connector-{name}"])
            self.assertEqual(self.ask(self.follower, "PUT", f"/connectors/{name}/resume")[0], 202)
            self.wait_states(self.leader, name, "RUNNING", 1)
            self.assertEqual(self.ask(self.follower, "DELETE", f"/connectors/{name}")[0], 204)

    def pause_and_resume(self):
        """C38"""
        self.broker.create(self.name + "-in", 4)
        self.names = [self.create(self.follower, self.sink(f"{i}.txt", name=f"{self.name}-{i}", tasks_max=2,
                                                           topics=self.name + "-in")) for i in range(2)]
        for name in self.names:
            self.wait_states(self.leader, name, "RUNNING", 2)
            self.assertEqual(self.ask(self.follower, "PUT", f"/connectors/{name}/pause")[0], 202)
            for worker in self.leader, self.follower:
                self.wait_states(worker, name, "PAUSED", 2)
            self.assertEqual(self.ask(self.leader, "PUT", f"/connectors/{name}/resume")[0], 202)
            for worker in self.leader, self.follower:
                self.wait_states(worker, name, "RUNNING", 2)
            self.assertEqual([value for key, value in self.records_of("config") if key == f"target-state-{name}"],
                             ['{"state":"PAUSED","state.v2":"PAUSED"}', '{"state":"STARTED","state.v2":"STARTED"}'])

    def new_number_of_tasks(self):
        """C34: the owner of a connector is not the leader, and has new tasks to tell of."""
        owners = {name: self.leader.ask("GET", f"/connectors/{name}/status")[1]["connector"]["worker_id"]
                  for name in self.names}
        self.assertEqual(set(owners.values()), {self.id_of(self.leader), self.id_of(self.follower)})
        for name, owner in owners.items():
            posts = lambda name=name: self.leader.log.count(f'"POST /connectors/{name}/tasks HTTP/1.1" 204')
            before = posts()
            for tasks in 4, 1:
                status, answer = self.ask(self.follower, "PATCH", f"/connectors/{name}/config",
                                          {"tasks.max": str(tasks)})
                self.assertEqual(status, 200, answer)
                for worker in self.leader, self.follower:
                    self.wait_states(worker, name, "RUNNING", tasks)
            commits = [value for key, value in self.records_of("config") if key == f"commit-{name}"]
            self.assertEqual(commits, ['{"tasks":2}', '{"tasks":4}', '{"tasks":1}'])
            wanted = before + (0 if owner == self.id_of(self.leader) else 2)
            wait_until(lambda wanted=wanted: posts() == wanted,  # the answer is logged after the tasks have started
                       lambda wanted=wanted: f"{wanted} requests of the owner, but {posts()}")

    def loggers_and_restarts(self, kind):
        """C40, C44"""
        topic, name = self.name + "-full", f"{self.name}-full"
        self.broker.create(topic, 2)
        self.create(self.follower, self.sink("full.txt", name=name, topics=topic, tasks_max=2))
        self.wait_states(self.leader, name, "RUNNING", 2)
        ours = self.leader if kind == "millrace" else self.follower
        (failed,) = self.owners(self.leader, name)[self.id_of(ours)]
        ours.limit_file_size(0)  # its task will fail; the other one goes on with what it could not write
        for partition in 0, 1:
            self.broker.produce(topic, ["line"], partition)
        for worker in self.leader, self.follower:
            wait_until(lambda worker=worker: self.states(worker, name) == {
                "connector": "RUNNING", failed: "FAILED", 1 - failed: "RUNNING"},
                lambda: f"one task failed, but {self.leader.ask('GET', f'/connectors/{name}/status')}")
        self.wait_text("line\nline\n", "full.txt")
        status, plan = self.ask(self.follower, "POST",
                                f"/connectors/{name}/restart?includeTasks=true&onlyFailed=true")
        self.assertEqual(status, 202, plan)
        self.assertEqual(plan["connector"]["state"], "RUNNING")
        told = {one["id"]: one["state"] for one in plan["tasks"]}
        self.assertEqual(told[1 - failed], "RUNNING")
        # A Java leader makes its plan when the wish is already in the topic: the task may have been restarted by then.
        self.assertIn(told[failed], ("RESTARTING", "RUNNING") if kind == "java" else ("RESTARTING",))
        count = lambda state: sum(one == (f"{name}-{failed}", state) for one in
                                  ((task, told) for task, told, _ in self.task_states()))
        for worker in self.leader, self.follower:
            self.wait_states(worker, name, "RUNNING", 2)
        self.assertEqual((count("RESTARTING"), count("RUNNING")), (1, 2))
        self.assertEqual([told for task, told, _ in self.task_states() if task == f"{name}-{1 - failed}"], ["RUNNING"])

        logger = "org.example." + self.name
        level = lambda worker: (worker.ask("GET", f"/admin/loggers/{logger}")[1] or {}).get("level")
        answer = self.ask(self.follower, "PUT", f"/admin/loggers/{logger}?scope=cluster", {"level": "TRACE"})
        self.assertEqual(answer[0], 204, answer)
        for worker in self.follower, self.leader:
            wait_until(lambda worker=worker: level(worker) == "TRACE", "the level applies")
        late = self.joined(self.start(OTHER[kind]))
        self.assertNotEqual(level(late), "TRACE")
        self.wait_one_generation(self.leader, late)
        self.assertEqual(count("RESTARTING"), 1, "a request of before does nothing")


class Rebalances(MixedScenario):
    def test_a_request_meets_a_rebalance(self):
        """C37: ours waits for its end, and says so after ten seconds."""
        ours, java = self.pair("millrace", session_timeout_ms=30_000)
        name = self.create(ours, self.source())
        self.wait_states(ours, name, "RUNNING", 1)
        java.process.send_signal(signal.SIGSTOP)  # the round that a new connector needs has to wait for it
        try:
            self.create(ours, self.source(name=f"{self.name}-more"))
            begin = time.monotonic()
            status, answer = ours.ask("PUT", f"/connectors/{name}/stop")
            self.assertGreater(time.monotonic() - begin, 9.9)
            self.assertEqual((status, answer["error_code"]), (409, 409), answer)
            self.assertIn("stale configuration", answer["message"])
            self.assertEqual(set(ours.ask("GET", "/connectors")[1]), {name, f"{self.name}-more"}, "reading goes on")
            with concurrent.futures.ThreadPoolExecutor(1) as pool:
                patient = pool.submit(ours.ask, "PUT", f"/connectors/{name}/stop")
                self.assertFalse(concurrent.futures.wait([patient], 1).done)
                java.process.send_signal(signal.SIGCONT)
                self.assertEqual(patient.result(60), (204, None))
        finally:
            java.process.send_signal(signal.SIGCONT)
        for worker in ours, java:
            self.wait_states(worker, name, "STOPPED", 0)
            self.wait_states(worker, f"{self.name}-more", "RUNNING", 1)


if __name__ == "__main__":
    main(together=2)
