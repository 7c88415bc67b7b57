"""Every call of kafka-connect-py 1.0.0. Arguments: the worker's URL, a folder, a topic that has records."""

import sys
import time

from kafka_connect import KafkaConnect
from requests.exceptions import HTTPError

url, folder, topic = sys.argv[1:]
client = KafkaConnect(url)


def until(question, wanted):
    """Asks until the answer is the wanted one, for 30 s."""
    for _ in range(600):
        answer = question()
        if answer == wanted:
            return
        time.sleep(0.05)
    raise AssertionError(f"wanted {wanted}, but {answer}")


def state(name):
    return client.get_connector_status(name)["connector"]["state"]


def config(name, **more):
    return {"connector.class": "FileStreamSink", "tasks.max": "1", "file": f"{folder}/{name}.txt", "topics": topic, **more}


def refused(call, status):
    try:
        call()
    except HTTPError as error:
        assert error.response is None or error.response.status_code == status, error
        return
    raise AssertionError("must be refused")


assert client.get_cluster_info()["version"] == "4.3.0"
assert client.list_connectors() == []
assert any(one["class"].endswith("FileStreamSinkConnector") and one["type"] == "sink"
           for one in client.list_connector_plugins())
assert client.validate_connector_config("FileStreamSink", {**config("v"), "name": "v"})["error_count"] == 0
assert client.validate_connector_config("FileStreamSink", {**config("v", **{"tasks.max": "0"}), "name": "v"})["error_count"] == 1

assert client.create_connector({"name": "a", "config": config("a")})["name"] == "a"
refused(lambda: client.create_connector({"name": "a", "config": config("a")}), 409)
assert client.update_connector("b", config("b"))["type"] == "sink"
assert client.update_connector("b", config("b", **{"tasks.max": "2"}))["config"]["tasks.max"] == "2"
assert client.get_connector("a")["tasks"] == [{"connector": "a", "task": 0}]
assert client.get_connector_config("a")["topics"] == topic
until(lambda: state("a"), "RUNNING")
until(lambda: client.get_connector_task_status("a", 0)["state"], "RUNNING")
assert [task["id"]["task"] for task in client.list_connector_tasks("b")] == [0, 1]

assert client.list_connectors() == ["a", "b"]
assert client.list_connectors(pattern="b") == ["b"]
assert set(client.list_connectors(expand="status", state="RUNNING")) == {"a", "b"}
assert set(client.list_connectors(expand="info", pattern="a")) == {"a"}
assert client.list_connectors(state="RUNNING") == ["a", "b"]

until(lambda: client.list_connector_topics("a"), {"a": {"topics": [topic]}})
assert client.reset_connector_topics("a") is None

client.pause_connector("a")
until(lambda: state("a"), "PAUSED")
client.resume_connector("a")
until(lambda: state("a"), "RUNNING")
client.pause_all_connectors()
until(lambda: [state("a"), state("b")], ["PAUSED", "PAUSED"])
client.resume_all_connectors(state="PAUSED")
until(lambda: [state("a"), state("b")], ["RUNNING", "RUNNING"])
client.stop_connector("a")
until(lambda: state("a"), "STOPPED")
client.stop_all_connectors(pattern="b")
until(lambda: state("b"), "STOPPED")
client.resume_all_connectors()
until(lambda: [state("a"), state("b")], ["RUNNING", "RUNNING"])
until(lambda: client.get_connector_task_status("a", 0)["state"], "RUNNING")

assert client.restart_connector("a") is None
shown = client.restart_connector("a", include_tasks=True)
assert shown["connector"]["state"] == "RESTARTING" and shown["tasks"][0]["state"] == "RESTARTING", shown
assert client.restart_connector("a", include_tasks=True, only_failed=True)["name"] == "a"
client.restart_all_connectors(include_tasks=True)
client.restart_connector_task("a", 0)
until(lambda: client.get_connector_task_status("a", 0)["state"], "RUNNING")
refused(lambda: client.restart_connector("nope"), 404)
refused(lambda: client.get_connector("nope"), 404)

client.delete_connector("a")
client.delete_all_connectors()
until(client.list_connectors, [])
print("every call is answered")
