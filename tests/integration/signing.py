"""Requests between the workers of a cluster, which are signed with a key that all of them read from the config topic."""

import base64
import hmac
import http.client
import json

from cluster import ClusterScenario
from harness import wait_until


def call(worker, method, path, body="", **headers):
    """(status, body as JSON or None), with headers of one's own; `_` stands for a dash."""
    connection = http.client.HTTPConnection(worker.host, worker.port, timeout=60)
    try:
        connection.request(method, path, body,
                           {"Content-Type": "application/json",
                            **{name.replace("_", "-"): value for name, value in headers.items()}})
        answer = connection.getresponse()
        text = answer.read()
        return answer.status, json.loads(text) if text else None
    finally:
        connection.close()


class Signing(ClusterScenario):
    def keys(self, count=1):
        """The session keys that the topic has seen, once there are so many."""
        def all_keys():
            return [base64.b64decode(json.loads(value)["key"]) for name, value in self.records_of("config")
                    if name == "session-key"]
        wait_until(lambda: len(all_keys()) >= count, f"{count} session keys")
        return all_keys()

    def post_tasks(self, worker, name, body, key=None, algorithm="sha256"):
        headers = {}
        if key is not None:
            headers = {"X_Connect_Authorization": base64.b64encode(hmac.digest(key, body, algorithm)).decode(),
                       "X_Connect_Request_Signature_Algorithm": "Hmac" + algorithm.upper()}
        return call(worker, "POST", f"/connectors/{name}/tasks", body, **headers)
