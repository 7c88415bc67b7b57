"""Every call of the Connect handler of kpops 10.8.0, whose models refuse fields that they do not know.

Arguments: the worker's URL, a folder, a topic that has records.
"""

import asyncio
import sys

from kpops.component_handlers.kafka_connect.connect_wrapper import ConnectWrapper
from kpops.component_handlers.kafka_connect.exception import ConnectorNotFoundException, KafkaConnectError
from kpops.component_handlers.kafka_connect.model import ConnectorNewState, KafkaConnectorConfig
from kpops.config import KafkaConnectConfig

url, folder, topic = sys.argv[1:]


def config(name, **more):
    return KafkaConnectorConfig(**{"connector.class": "org.apache.kafka.connect.file.FileStreamSinkConnector", "name": name, "tasks.max": "1",
                                   "file": f"{folder}/{name}.txt", "topics": topic, **more})


async def calls():
    client = ConnectWrapper(KafkaConnectConfig(url=url))

    async def until(name, wanted):
        for _ in range(600):
            status = await client.get_connector_status(name)
            if str(status.connector.state).upper() == wanted:
                return
            await asyncio.sleep(0.05)
        raise AssertionError(f"wanted {wanted}, but {status}")

    assert await client.validate_connector_config(config("kpops")) == []
    errors = await client.validate_connector_config(config("kpops", **{"tasks.max": "0"}))
    assert len(errors) == 1 and "tasks.max" in errors[0], errors

    made = await client.create_connector(config("kpops"))
    assert made.name == "kpops", made
    await until("kpops", "RUNNING")
    paused = await client.create_connector(config("kpops-paused"), ConnectorNewState.PAUSED)
    assert paused.tasks == [], paused
    await until("kpops-paused", "PAUSED")
    assert (await client.get_connector("kpops")).config.name == "kpops"
    changed = await client.update_connector_config(config("kpops", **{"tasks.max": "2"}))
    assert len(changed.tasks) == 2, changed
    await client.pause_connector("kpops")
    await until("kpops", "PAUSED")
    await client.resume_connector("kpops")
    await until("kpops", "RUNNING")
    await client.stop_connector("kpops")
    await until("kpops", "STOPPED")
    await client.delete_connector("kpops")
    await client.delete_connector("kpops-paused")

    for call in (client.get_connector, client.get_connector_status, client.delete_connector):
        try:
            await call("kpops")
        except ConnectorNotFoundException:
            continue
        raise AssertionError(f"{call} must not find it")
    try:
        await client.update_connector_config(config("kpops", **{"tasks.max": "x"}))
        raise AssertionError("must be refused")
    except KafkaConnectError as error:
        assert error.error_code == 400, error


asyncio.run(calls())
print("every call is answered")
