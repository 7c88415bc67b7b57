"""The published Java client org.sourcelab:kafka-connect-client makes every call that it has."""

import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "integration"))
from harness import Scenario, main, run  # noqa: E402


class JavaClient(Scenario):
    def test_every_call(self):
        libraries = run([str(HERE.parents[1] / "scripts" / "clients.sh"), "java"]).decode().strip()
        self.broker.produce(self.name, ["a", "b"])
        worker = self.worker().started()
        done = subprocess.run(["java", "-cp", libraries, str(HERE / "java" / "EveryCall.java"),
                               f"http://127.0.0.1:{worker.port}", str(self.folder), self.name],
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=180, check=False)
        text = done.stdout.decode(errors="replace")
        self.assertEqual(done.returncode, 0, text + "\n" + worker.log[-3000:])
        self.assertIn("every call is answered", text)


if __name__ == "__main__":
    main()
