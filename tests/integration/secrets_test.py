"""Secrets in every place that takes one, in configurations that fail: none of them may come out again, neither in the
log nor in an answer of REST, but for the echo of a configuration."""

import json

from harness import Scenario, main, wait_until

LOGIN = "org.apache.kafka.common.security.plain.PlainLoginModule required"


class Planted(Scenario):
    def setUp(self):
        super().setUp()
        self.planted = []

    def plant(self, place):
        """A secret that stands nowhere else."""
        self.planted.append(f"pl4nted-{place}-{len(self.planted)}-x")
        return self.planted[-1]

    def variable(self, place):
        """A variable for such a secret."""
        name = f"{place}-{len(self.planted)}"
        self.write(f"value={self.plant(place)}\n", name)
        return "${file:%s:value}" % self.path(name)

    def start(self, *connectors, **settings):
        return self.worker(*connectors, config_providers="file", config_providers_file_class="File",
                           config_providers_file_param_allowed_paths=self.folder, **settings)

    def assert_hidden(self, *texts):
        for text in texts:
            for secret in self.planted:
                self.assertNotIn(secret, text)

    def jaas(self, place):
        return f'{LOGIN} username="anna" password="{self.plant(place)}";'


class InTheWorker(Planted):
    def test_settings_of_its_clients(self):
        for wrong in (
                {"sasl.jaas.config": self.jaas("jaas"), "security.protocol": "SASL_SSL", "sasl.mechanism": "PLAIN"},
                {"sasl.jaas.config": self.jaas("open")[:-1], "security.protocol": "SASL_SSL", "sasl.mechanism": "PLAIN"},
                {"sasl.jaas.config": self.plant("bare"), "security.protocol": "SASL_SSL"},
                {"sasl.jaas.config": self.plant("bare") + " and more", "security.protocol": "SASL_SSL"},
                {"sasl.jaas.config": f"{LOGIN} username=a password={self.plant('two')} {self.plant('words')};",
                 "security.protocol": "SASL_PLAINTEXT", "sasl.mechanism": "PLAIN"},
                {"sasl.jaas.config": self.variable("jaas"), "security.protocol": "SASL_SSL"},
                {"ssl.keystore.location": "/nowhere", "ssl.keystore.password": self.plant("store"),
                 "ssl.key.password": self.plant("key"), "security.protocol": "SSL"},
                {"ssl.truststore.location": self.path("trust"), "ssl.truststore.password": self.plant("trust"),
                 "security.protocol": "SSL"},
                {"ssl.keystore.type": "PEM", "ssl.key.password": self.plant("key"), "security.protocol": "SSL",
                 "ssl.keystore.certificate.chain": "none",
                 "ssl.keystore.key": f"-----BEGIN PRIVATE KEY----- {self.plant('pem')} -----END PRIVATE KEY-----"},
                {"request.timeout.ms": self.variable("number")},
                {"security.protocol": self.variable("word")}):
            self.write("no key store\n", "trust", "wb")
            with self.subTest(sorted(wrong)):
                for prefix in "", "admin.":
                    worker = self.start(default_api_timeout_ms=1500,
                                        **{(prefix + key).replace(".", "_"): value for key, value in wrong.items()})
                    self.assertEqual(worker.wait_exit(), 2)
                    self.assert_hidden(worker.log)

    def test_what_tasks_take_from_it(self):
        self.write("in\n")
        worker = self.start(
            self.source(), self.sink(),
            producer_security_protocol="SASL_PLAINTEXT", producer_sasl_mechanism="PLAIN",
            producer_sasl_jaas_config=self.jaas("producer"), producer_client_id=self.variable("id"),
            consumer_security_protocol="SSL", consumer_ssl_keystore_location=self.path("in.txt"),
            consumer_ssl_keystore_password=self.plant("consumer"), consumer_ssl_key_password=self.plant("key"),
            value_converter_schemas_enable=self.variable("converter")).started()
        worker.wait_task(self.name + "-sink", "FAILED")
        worker.wait_log("(?i)sasl|handshake|disconnected|Broker transport failure|FAIL")
        self.assert_hidden(worker.log, json.dumps(worker.ask("GET", "/connectors?expand=status")[1]))


class InConnectors(Planted):
    def fails(self, worker, config):
        """Creates it, and returns everything that was answered until it has failed, and how."""
        name = config["name"]
        status, answer = worker.ask("POST", "/connectors", {"name": name, "config": {k: str(v) for k, v in
                                                                                    config.items()}})
        if status != 201:
            self.assertEqual(status, 400, answer)
            return json.dumps(answer)
        task = worker.wait_task(name, "FAILED")
        answers = json.dumps([worker.ask("GET", path)[1] for path in
                              (f"/connectors/{name}/status", f"/connectors/{name}/tasks/0/status",
                               "/connectors?expand=status")])
        worker.ask("DELETE", f"/connectors/{name}")
        self.assertIn("Exception: ", task["trace"])
        return answers

    def test_overrides_of_a_producer(self):
        self.write("in\n")
        worker = self.start().started()
        jaas = "producer.override.sasl.jaas.config"
        sasl = {"producer.override.security.protocol": "SASL_PLAINTEXT", "producer.override.sasl.mechanism": "PLAIN"}
        ssl = {"producer.override.security.protocol": "SSL"}
        answers = [self.fails(worker, {**self.source(), "name": f"{self.name}-{i}", **wrong})
                   for i, wrong in enumerate((
                       {**sasl, jaas: self.jaas("open")[:-1]},
                       {**sasl, jaas: self.plant("bare")},
                       {**sasl, jaas: f"{self.plant('module')} required;"},
                       {**sasl, jaas: self.variable("variable")},
                       {**sasl, jaas: f"{LOGIN} username={self.variable('user')} password={self.plant('password')};x"},
                       {**ssl, "producer.override.ssl.keystore.location": "/nowhere",
                        "producer.override.ssl.keystore.password": self.plant("store"),
                        "producer.override.ssl.key.password": self.variable("key")},
                       {"producer.override.linger.ms": self.variable("number")},
                       {"producer.override.compression.type": self.variable("codec")},
                       {"producer.override.acks": self.variable("acks")},
                       {"producer.override.partitioner.class": self.variable("class")}))]
        self.assert_hidden(*answers, worker.log)
        self.assertIn("[hidden]", "".join(answers))

    def test_their_own_settings_and_those_of_converters(self):
        self.write("in\n")
        worker = self.start().started()
        json_converter = {"value.converter": "org.apache.kafka.connect.json.JsonConverter"}
        answers = [self.fails(worker, {**self.source(), "name": f"{self.name}-{i}", **wrong})
                   for i, wrong in enumerate((
                       {"batch.size": self.variable("number")},
                       {"connector.class": self.variable("class")},
                       {"key.converter": self.variable("class")},
                       {"errors.tolerance": self.variable("word")},
                       {**json_converter, "value.converter.schemas.enable": self.variable("flag")},
                       {**json_converter, "value.converter.schemas.cache.size": self.variable("number")},
                       {"tasks.max": self.variable("many")}))]
        answers.append(self.fails(worker, {**self.sink(), "name": self.name, "file": self.variable("folder") + "/x"}))
        self.assert_hidden(*answers, worker.log)
        self.assertIn("[hidden]", "".join(answers))

    def test_a_connection_that_is_refused(self):
        worker = self.start().started()
        config = {**self.sink(), "consumer.override.security.protocol": "SASL_PLAINTEXT",
                  "consumer.override.sasl.mechanism": "PLAIN",
                  "consumer.override.client.id": self.variable("id"),
                  "consumer.override.sasl.jaas.config": f'{LOGIN} username="{self.variable("user")}" '
                                                        f'password="{self.plant("password")}";'}
        status, _ = worker.ask("POST", "/connectors", {"name": config["name"],
                                                       "config": {k: str(v) for k, v in config.items()}})
        self.assertEqual(status, 201)
        wait_until(lambda: "org.apache.kafka.clients)" in worker.log, lambda: worker.log)
        self.assert_hidden(worker.log, json.dumps(worker.ask("GET", "/connectors?expand=status")[1]))
        echo = worker.ask("GET", f"/connectors/{config['name']}/config")[1]
        self.assertEqual(echo, {k: str(v) for k, v in config.items()})


if __name__ == "__main__":
    main()
