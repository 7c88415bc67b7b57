"""The group of a cluster's workers on a real broker: members made by group_tool, which run nothing and say what they are
told; and a real Java worker among them."""

import collections
import json
import pathlib
import signal
import subprocess
import threading
import time

from harness import JAVA, LIMIT, Scenario, Worker, free_port, main, properties, run, setting, wait_until
from proxy import SYNC_GROUP, Proxy

STORES = pathlib.Path(__file__).parent.parent / "data" / "security" / "stores"
LOGIN = "org.apache.kafka.common.security."
SESSION = 6  # seconds, the least that brokers allow
BEAT = 0.5


class Member:
    """A group_tool, running."""

    def __init__(self, folder, settings, url):
        self.url = url
        self.events = []
        self.log = []
        self._changed = threading.Condition()
        file = pathlib.Path(folder) / f"member-{url.rsplit(':', 1)[1].strip('/')}-{time.time_ns()}.properties"
        file.write_text(properties(settings), encoding="latin-1")
        self.process = subprocess.Popen([setting("MILLRACE_GROUP_TOOL"), str(file), url], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True, start_new_session=True)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self):
        for line in self.process.stdout:
            with self._changed:
                if line.startswith("{"):
                    self.events.append(json.loads(line))
                    self._changed.notify_all()
                else:
                    self.log.append(line)

    def say(self, *words):
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()
        return self

    def configure(self, offset, **connectors):
        return self.say("config", offset, *(f"{name}={tasks}" for name, tasks in connectors.items()))

    @property
    def last(self):
        """The last assignment; empty before the first."""
        return next((event for event in reversed(self.events) if event["event"] == "assigned"), {})

    @property
    def held(self):
        return set(self.last.get("held", ()))

    def count(self, event):
        return sum(one["event"] == event for one in self.events)

    def logged(self, text):
        return sum(text in line for line in list(self.log))

    def changes_within(self, seconds):
        """Whether it is told anything."""
        with self._changed:
            return self._changed.wait(seconds)

    def wait(self, event, seconds=LIMIT):
        """The next event of that kind that nobody has waited for yet, with its moment."""
        deadline = time.monotonic() + seconds
        with self._changed:
            while True:
                for one in self.events:
                    if one["event"] == event and not one.get("waited"):
                        one["waited"] = True
                        return one
                if not self._changed.wait(deadline - time.monotonic()):
                    raise AssertionError(f"{self.url}: no {event} among {self.events[-5:]}")

    def leave(self):
        self.process.stdin.close()
        return self.process.wait(LIMIT)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def end(self):
        if self.process.poll() is None:
            self.kill()
        self._reader.join(5)
        self.process.stdout.close()


class GroupScenario(Scenario):
    def setUp(self):
        super().setUp()
        self.port = 8001
        self.cluster = {
            "bootstrap.servers": self.broker.address, "group.id": self.name,
            "key.converter": JAVA + "storage.StringConverter", "value.converter": JAVA + "storage.StringConverter",
            "session.timeout.ms": SESSION * 1000, "heartbeat.interval.ms": int(BEAT * 1000),
            "scheduled.rebalance.max.delay.ms": 0,
            **{f"{kind}.storage.topic": f"{self.name}-{kind}" for kind in ("config", "offset", "status")},
            **{f"{kind}.storage.replication.factor": 1 for kind in ("config", "offset", "status")}}

    def member(self, offset=10, connectors=None, **settings):
        all_settings = {**self.cluster, **{key.replace("_", "."): value for key, value in settings.items()}}
        member = Member(self.folder, all_settings, f"http://127.0.0.1:{self.port}/")
        self.port += 1
        self.addCleanup(member.end)
        return member.configure(offset, **(connectors or {"c1": 4, "c2": 4}))

    def wait_shared(self, members, work=None, loads=None):
        """Until the members, and nobody else, hold each piece of the work once, in one generation with one leader."""
        work = work or {"c1", "c2", *(f"c{c}-{t}" for c in (1, 2) for t in range(4))}

        def shared():
            held = [piece for member in members for piece in member.held]
            return (sorted(held) == sorted(work) and all(member.last for member in members)
                    and len({member.last["generation"] for member in members}) == 1
                    and len({member.last["leader_url"] for member in members}) == 1
                    and not any(member.last["revoked"] for member in members)
                    and (loads is None or sorted(len(member.held) for member in members) == sorted(loads)))

        wait_until(shared, lambda: f"{work} is shared, but {[member.last for member in members]}")

    def assert_quiet(self, member):
        """No further round follows. A round that somebody wants reaches each member with its next heartbeat, and what it
        comes to with the one after; there is no event for that none is wanted, so two heartbeats have to pass."""
        self.assertFalse(member.changes_within(2 * BEAT), member.events[-3:])

    def assert_never_twice(self, members):
        """In no generation does anybody get what another one holds, or is only just told to stop."""
        pieces = collections.defaultdict(list)
        for member in members:
            for event in member.events:
                if event["event"] == "assigned":
                    pieces[event["generation"]] += event["held"] + event["revoked"]
        for generation, all_pieces in pieces.items():
            self.assertEqual(len(all_pieces), len(set(all_pieces)), (generation, sorted(all_pieces)))


class Members(GroupScenario):
    def test_come_and_go(self):
        first = self.member()
        self.wait_shared([first])
        self.assertEqual((first.last["protocol"], first.last["leading"]), ("sessioned", True))
        second = self.member()
        self.wait_shared([first, second], loads=[5, 5])
        third = self.member()
        self.wait_shared([first, second, third], loads=[2, 4, 4])
        self.assert_never_twice([first, second, third])
        begin = time.monotonic()
        self.assertEqual(second.leave(), 0)
        self.wait_shared([first, third], loads=[5, 5])
        self.assertLess(time.monotonic() - begin, SESSION / 2, "it said goodbye")
        third.kill()
        begin = time.monotonic()
        self.wait_shared([first])
        self.assertLess(time.monotonic() - begin, SESSION + 3)
        self.assert_quiet(first)

    def test_four_join_one_right_after_the_other(self):
        """C14: of two rounds one after the other only one takes work away; the other one makes all wait."""
        delay = {"scheduled_rebalance_max_delay_ms": 10_000}
        first = self.member(**delay)
        self.wait_shared([first])
        members = [first]
        for _ in range(4):
            before = first.last["generation"]
            members.append(self.member(**delay))
            wait_until(lambda: first.last["generation"] > before, "a round with the new one")

        def balanced():
            loads = [[sum(("-" in piece) == tasks for piece in member.held) for member in members]
                     for tasks in (False, True)]
            return all(max(one) - min(one) <= 1 for one in loads)

        wait_until(balanced, lambda: f"loads differ: {[member.held for member in members]}")
        self.wait_shared(members)
        self.assertTrue(balanced())
        self.assert_never_twice(members)
        rounds = [event for member in members for event in member.events if event["event"] == "assigned"]
        revoking = {event["generation"] for event in rounds if event["revoked"]}
        self.assertTrue(revoking, rounds)
        self.assertFalse({generation + 1 for generation in revoking} & revoking, rounds)
        waits = sorted((event["generation"], event["delay"]) for event in rounds if event["delay"])
        self.assertFalse({generation for generation, _ in waits} & revoking, rounds)
        self.assertLessEqual([wait for _, wait in waits[:1]], [40], rounds)

    def test_a_leader_whose_decision_is_lost(self):
        """C15: what it believes to have dealt has reached nobody."""
        proxy = Proxy.of_own_broker(self)
        self.cluster["bootstrap.servers"] = self.broker.address
        leader = self.member(bootstrap_servers=f"127.0.0.1:{proxy.port}")
        self.wait_shared([leader])
        proxy.drop_next(SYNC_GROUP)
        follower = self.member()
        self.wait_shared([leader, follower], loads=[5, 5])
        self.assertTrue(proxy.has_dropped)
        self.assert_never_twice([leader, follower])

    def test_a_new_configuration_is_dealt_by_its_leader(self):
        first, second = self.member(), self.member()
        self.wait_shared([first, second])
        more = {"c1": 4, "c2": 4, "c3": 1}
        for one in first, second:
            one.configure(20, **more)
        work = {"c1", "c2", "c3", "c3-0", *(f"c{c}-{t}" for c in (1, 2) for t in range(4))}
        self.wait_shared([first, second], work)
        # C19: a leader that has not read the newest configuration says so, and everybody keeps its work.
        leader, follower = (first, second) if first.last["leading"] else (second, first)
        before = leader.held, follower.held
        follower.configure(30, **more)
        # Both must have been told: a wish to join that knows nothing of the newest round is void.
        wait_until(lambda: leader.last["error"] == follower.last["error"] == 1, "the leader has to catch up")
        self.assertEqual((leader.held, follower.held), before)
        self.assertEqual(follower.last["offset"], 30)
        leader.configure(30, **more)
        wait_until(lambda: leader.last["error"] == follower.last["error"] == 0, "both have caught up")
        self.wait_shared([first, second], work)

    def test_a_member_that_comes_back_in_time_gets_its_share(self):
        """T2, C9"""
        delay = {"scheduled_rebalance_max_delay_ms": 12000}
        first, second = self.member(**delay), self.member(**delay)
        self.wait_shared([first, second])
        leader, follower = (first, second) if first.last["leading"] else (second, first)
        share = follower.held
        follower.kill()
        again = self.member(**delay)
        wait_until(lambda: leader.last["delay"] > 0, "the loss is noticed", SESSION + 5)
        self.assertEqual(again.held, set())
        wait_until(lambda: again.held == share, lambda: f"{share} comes back, but {again.held}")
        self.wait_shared([leader, again])

    def test_a_frozen_member_is_relieved(self):
        """G18, C16: it comes back claiming what others were given: that is taken from both, and dealt."""
        first, second = self.member(), self.member()
        self.wait_shared([first, second])
        leader, follower = (first, second) if first.last["leading"] else (second, first)
        follower.process.send_signal(signal.SIGSTOP)
        self.wait_shared([leader])
        follower.process.send_signal(signal.SIGCONT)
        reason = follower.wait("rejoin_wanted")["reason"]
        while "taken this worker out" not in reason:
            reason = follower.wait("rejoin_wanted")["reason"]
        self.wait_shared([first, second], loads=[5, 5])
        self.assertTrue(any(event.get("revoked") for event in follower.events[-6:]))

    def test_protocols_meet_at_the_oldest(self):
        """C3, C4"""
        first = self.member()
        self.wait_shared([first])
        compatible = self.member(connect_protocol="compatible")
        self.wait_shared([first, compatible])
        self.assertEqual(first.last["protocol"], "compatible")
        eager = self.member(connect_protocol="eager")
        self.wait_shared([first, compatible, eager], loads=[3, 3, 4])
        self.assertEqual(first.last["protocol"], "default")
        eager.leave()
        self.wait_shared([first, compatible])
        self.assertEqual(first.last["protocol"], "compatible")
        compatible.leave()
        self.wait_shared([first])
        self.assertEqual(first.last["protocol"], "sessioned")

    def test_a_group_of_consumers_is_no_place(self):
        """C7"""
        self.broker.create(self.name)
        self.worker(self.sink()).started()
        self.broker.produce(self.name, ["a line"])
        self.wait_text("a line\n")  # so the group has its first member
        member = self.member(group_id=f"connect-{self.name}-sink")
        failed = member.wait("failed")
        self.assertEqual(failed["class"], "org.apache.kafka.common.KafkaException")
        self.assertIn("INCONSISTENT_GROUP_PROTOCOL", failed["message"])
        self.assertEqual(member.process.wait(LIMIT), 1)

    def test_a_broker_that_is_away_costs_the_work(self):
        """G17, C17"""
        self.own_broker()
        self.cluster["bootstrap.servers"] = self.broker.address
        member = self.member(heartbeat_interval_ms=1000)
        self.wait_shared([member])
        self.broker.control("kill")
        member.wait("coordinator_lost")
        run([setting("MILLRACE_KAFKA_SCRIPT"), "start", str(self.broker.folder)])
        wait_until(lambda: member.count("assigned") == 2, "it joins again")
        self.wait_shared([member])


class Security(GroupScenario):
    """TLS and logins of every kind, all in one group."""

    def secure_broker(self):
        sasl, ssl = free_port(), free_port()
        listeners = f"PLAINTEXT://127.0.0.1:%PORT%,SASL_SSL://127.0.0.1:{sasl},SSL://127.0.0.1:{ssl}"
        prefix = "listener.name.sasl_ssl."
        scram = "scram.ScramLoginModule required;"
        self.own_broker(
            f"listeners={listeners},CONTROLLER://127.0.0.1:%CONTROLLER%", f"advertised.listeners={listeners}",
            "sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER",
            f"ssl.keystore.location={STORES}/server.p12", "ssl.keystore.type=PKCS12",
            "ssl.keystore.password=store-secret", f"ssl.truststore.location={STORES}/trust.p12",
            "ssl.truststore.type=PKCS12", "ssl.truststore.password=store-secret", "ssl.client.auth=requested",
            "listener.name.ssl.ssl.client.auth=required", f"{prefix}connections.max.reauth.ms=3000",
            f'{prefix}plain.sasl.jaas.config={LOGIN}plain.PlainLoginModule required user_alice="alice secret";',
            f"{prefix}scram-sha-256.sasl.jaas.config={LOGIN}{scram}",
            f"{prefix}scram-sha-512.sasl.jaas.config={LOGIN}{scram}",
            f'{prefix}oauthbearer.sasl.jaas.config={LOGIN}oauthbearer.OAuthBearerLoginModule required '
            'unsecuredLoginStringClaim_sub="admin";',
            f"{prefix}oauthbearer.sasl.server.callback.handler.class={LOGIN}"
            "oauthbearer.internals.unsecured.OAuthBearerUnsecuredValidatorCallbackHandler")
        for mechanism in "SCRAM-SHA-256", "SCRAM-SHA-512":
            run([setting("MILLRACE_KAFKA_SCRIPT"), "java", "kafka.admin.ConfigCommand", "--bootstrap-server",
                 self.broker.address, "--alter", "--entity-type", "users", "--entity-name", "bob", "--add-config",
                 f"{mechanism}=[password=bob secret]"])
        return f"127.0.0.1:{sasl}", f"127.0.0.1:{ssl}"

    def test_everybody_meets(self):
        sasl, ssl = self.secure_broker()
        trust = {"ssl_truststore_location": STORES / "trust.jks", "ssl_truststore_password": "store-secret"}
        key = {"ssl_keystore_location": STORES / "client.jks", "ssl_keystore_password": "store-secret",
               "ssl_key_password": "key-secret"}

        def login(mechanism, module, **more):
            return {"bootstrap_servers": sasl, "security_protocol": "SASL_SSL", "sasl_mechanism": mechanism,
                    "sasl_jaas_config": f"{LOGIN}{module};", **trust, **more}

        bob = 'scram.ScramLoginModule required username="bob" password="bob secret"'
        ways = {
            "in the clear": {"bootstrap_servers": self.broker.address},
            "certificate": {"bootstrap_servers": ssl, "security_protocol": "SSL", **trust, **key},
            "PLAIN": login("PLAIN", 'plain.PlainLoginModule required username="alice" password="alice secret"'),
            "SCRAM-SHA-256": login("SCRAM-SHA-256", bob),
            "SCRAM-SHA-512": login("SCRAM-SHA-512", bob),
            "OAUTHBEARER": login("OAUTHBEARER", 'oauthbearer.OAuthBearerLoginModule required '
                                                'unsecuredLoginStringClaim_sub="alice"')}
        members = [self.member(**way) for way in ways.values()]
        self.wait_shared(members)
        # Logins last three seconds: they are renewed, by a new connection each time, and nobody notices.
        rounds = [member.count("assigned") for member in members]
        for what, member in zip(ways, members):
            if "sasl_mechanism" in ways[what]:
                connected = member.logged("the coordinator is broker")
                wait_until(lambda: member.logged("the coordinator is broker") > connected,
                           lambda: f"{what}: it logs in again\n{''.join(member.log[-20:])}")
        self.assertEqual([member.count("assigned") for member in members], rounds)
        self.assertFalse(any(member.count("coordinator_lost") for member in members))

        for what, way, problem in (
                ("password", login("PLAIN", 'plain.PlainLoginModule required username="alice" password="hunter2"'),
                 "SaslAuthenticationException"),
                ("SCRAM password", login("SCRAM-SHA-512", bob.replace("bob secret", "hunter2")),
                 "SaslAuthenticationException"),
                ("trust", {**ways["PLAIN"], "ssl_truststore_location": None, "ssl_truststore_password": None},
                 "SslAuthenticationException"),
                ("certificate", {"bootstrap_servers": ssl, "security_protocol": "SSL", **trust},
                 "SslAuthenticationException")):
            with self.subTest(what):
                stranger = self.member(**way)
                failed = stranger.wait("failed", 30)
                self.assertIn(problem, failed["class"], failed)
                self.assertNotIn("hunter2", json.dumps(failed))
                self.assertEqual(stranger.process.wait(LIMIT), 1)


class Mixed(GroupScenario):
    """A Java worker of 4.3.0 and members of ours in one group."""

    def java_worker(self):
        worker = Worker(self.folder, {**self.cluster, "listeners": "http://127.0.0.1:0"}, java=True, mode="distributed")
        self.addCleanup(worker.__exit__)
        worker.wait_log("Kafka Connect started", 3 * LIMIT)  # ten seconds, on a machine with nothing else to do
        return worker

    def config_topic(self):
        """(config offset, {connector: tasks}) as a worker would read it."""
        offset, connectors, tasks = -1, set(), collections.defaultdict(int)
        try:
            rows = self.broker.tool("read", f"{self.name}-config").decode().splitlines()
        except AssertionError:
            return offset, {}
        for row in rows:
            _, at, key, value = row.split("\t", 3)
            offset = int(at) + 1
            kind, _, name = key.partition("-")
            if kind == "connector":
                (connectors.discard if value == "(null)" else connectors.add)(name)
            elif kind == "commit":
                tasks[name] = json.loads(value)["tasks"]
        return offset, {name: tasks[name] for name in connectors}

    def follow_config(self, member):
        """What a worker's own reader of the config topic does, for as long as the test runs."""
        done = threading.Event()

        def follow():
            while not done.is_set() and member.process.poll() is None:
                offset, connectors = self.config_topic()
                try:
                    member.configure(offset, **connectors)
                except (BrokenPipeError, ValueError):
                    return
                done.wait(0.2)

        thread = threading.Thread(target=follow, daemon=True)
        thread.start()
        self.addCleanup(thread.join, 10)
        self.addCleanup(done.set)

    def our_member(self):
        member = self.member(*self.config_topic())
        self.follow_config(member)
        return member

    def on_java(self, java, connector):
        """The tasks that the Java worker runs, by its own word."""
        status = java.ask("GET", f"/connectors/{connector}/status")[1] or {}
        here = f"127.0.0.1:{java.port}"
        return {task["id"] for task in status.get("tasks", ()) if task["worker_id"] == here and task["state"] == "RUNNING"}

    def wait_split(self, java, member, connector, tasks, ours):
        def split():
            held = {int(piece.rsplit("-", 1)[1]) for piece in member.held if piece != connector}
            return len(held) == ours and self.on_java(java, connector) >= set(range(tasks)) - held
        wait_until(split, lambda: f"{ours} of {tasks} tasks are ours, but {member.last}, and Java runs "
                                  f"{self.on_java(java, connector)}\n{java.log[-3000:]}")

    def test_each_side_leads(self):
        """C1, C2, C8, C12 with either side as leader."""
        connector = "sink"
        java = self.java_worker()
        java_url = f"http://127.0.0.1:{java.port}/"
        wait_until(lambda: java.ask("GET", "/connectors")[0] == 200, "Java answers")
        member = self.our_member()
        wait_until(lambda: member.last.get("leader_url") == java_url, lambda: f"Java leads, but {member.last}")
        self.assertEqual((member.last["leading"], member.last["protocol"]), (False, "sessioned"))

        # Java leads, and deals us our share.
        config = {"connector.class": "FileStreamSink", "tasks.max": "4", "file": str(self.path("out.txt")),
                  "topics": self.name}
        self.broker.create(self.name, 4)

        def created():
            status, body = java.ask("PUT", f"/connectors/{connector}/config", config)
            return status in (200, 201) or status == 409 and None
        wait_until(created, "the connector is created")

        def placed():
            status = java.ask("GET", f"/connectors/{connector}/status")[1] or {}
            return connector in member.held or status.get("connector", {}).get("state") == "RUNNING"
        wait_until(placed, "the connector is placed")
        if connector in member.held:  # what runs the connector would publish its tasks: let Java have it
            member.say("leave")
            wait_until(lambda: self.config_topic()[1].get(connector) == 4, "Java publishes the tasks")
            member.say("join")
        self.wait_split(java, member, connector, 4, 2)

        # Java leaves: we lead, without history, and place its work at once (T10).
        java.stop()
        everything = {connector, *(f"{connector}-{i}" for i in range(4))}
        wait_until(lambda: member.last["leading"] and member.held == everything,
                   lambda: f"all is ours, but {member.last}")

        # A Java worker joins a group that we lead: it gets its share in two rounds, and runs it.
        java = self.java_worker()
        self.wait_split(java, member, connector, 4, 2)
        self.assertTrue(member.last["leading"])
        self.assertIn("sessioned", java.log)
        self.assert_quiet(member)

        # We leave: Java leads again and has everything.
        self.assertEqual(member.leave(), 0)
        wait_until(lambda: self.on_java(java, connector) == set(range(4)), lambda: f"all is Java's\n{java.log[-3000:]}")


if __name__ == "__main__":
    main(together=3)
