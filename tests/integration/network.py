"""A small network for tests: the host that the test runs on, another one, and a cable between them that can be pulled. It lies
in network namespaces that vanish with the test's last process. Needs root, or user namespaces for everybody."""

import os
import subprocess
import sys

from harness import run, wait_until

HERE, THERE = "192.0.2.1", "192.0.2.2"  # addresses that are kept for examples: nobody has them
OUTSIDE = "MILLRACE_TEST_NETWORK_OUTSIDE"  # the namespace that the script was started in


def of_its_own():
    """Goes on with the calling script in a network namespace of its own, and ends it where there can be none: a network that
    cannot be cut shows nothing."""
    namespace = os.readlink("/proc/self/ns/net")
    if os.environ.setdefault(OUTSIDE, namespace) != namespace:
        return
    unshare = ["unshare", "--net", *(["--user", "--map-root-user"] if os.geteuid() else [])]
    try:
        run([*unshare, "ip", "link", "set", "lo", "up"])
    except (OSError, AssertionError) as problem:
        sys.exit("This test needs network namespaces, and none can be made here (are you root? is iproute2 installed?): "
                 f"{problem}")
    os.execvp(unshare[0], [*unshare, sys.executable, "-B", *sys.argv])


def ip(*words, inside=()):
    run([*inside, "ip", *words])


class Cable:
    """From this host, HERE, to the other one, THERE. `inside` stands before the commands that run there."""

    def __init__(self):
        ip("link", "set", "lo", "up")
        ip("link", "add", "lan", "type", "bridge", "forward_delay", "0")
        ip("address", "add", HERE + "/24", "dev", "lan")
        ip("link", "set", "lan", "up")
        # Something has to live there, or the namespace is gone; this one ends when we do.
        self._keeper = subprocess.Popen(["unshare", "--net", "cat"], stdin=subprocess.PIPE)
        process = self._keeper.pid
        namespace = lambda who: os.readlink(f"/proc/{who}/ns/net")
        wait_until(lambda: namespace(process) != namespace("self"), "the other host is there")
        self.inside = ["nsenter", f"--target={process}", "--net", "--"]
        ip("link", "add", "cable", "type", "veth", "peer", "name", "lan", "netns", str(process))
        ip("link", "set", "cable", "master", "lan", "up")
        ip("link", "set", "lo", "up", inside=self.inside)
        ip("address", "add", THERE + "/24", "dev", "lan", inside=self.inside)
        ip("link", "set", "lan", "up", inside=self.inside)

    def pull(self):
        """From now on packets vanish, both ways: no connection is told that it is over."""
        ip("link", "set", "cable", "down")

    def plug_in(self):
        ip("link", "set", "cable", "up")

    def remove(self):
        ip("link", "delete", "cable")
        ip("link", "delete", "lan")
        self._keeper.stdin.close()
        self._keeper.wait()
