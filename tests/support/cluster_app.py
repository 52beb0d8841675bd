"""An app worker that makes tracked calls until its input closes; then it delivers what is left and says how it went.

`python cluster_app.py TRUTH SEED`: one line of TRUTH a call, written once the call is over. The last line of the output
is a JSON object: `raised` calls whose tracking raised, and `pending` events that Kafka did not take in time.
"""

import json
import random
import sys
import threading
import time
from pathlib import Path

from tollbook_producers import flush, tracked_call, usage_report

THREADS = 2
PROVIDER_SECONDS = 0.008
FLUSH_SECONDS = 120.0


class App:
    """Threads that call a provider which takes a moment."""

    def __init__(self, truth: Path, seed: int) -> None:
        self.raised = 0
        self._truth = truth.open("a", buffering=1)
        self._writing = threading.Lock()
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._work, args=(seed, number)) for number in range(THREADS)]

    def run_until_input_closes(self) -> None:
        """Returns once no call is open any more."""
        for thread in self._threads:
            thread.start()
        sys.stdin.read()
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _work(self, seed: int, thread: int) -> None:
        choose = random.Random(seed * 1000 + thread)
        number = 0
        while not self._stop.is_set():
            number += 1
            self._call(f"{seed}-{thread}-{number}", f"project-{choose.randrange(3)}", choose.randrange(5000))

    def _call(self, session: str, project: str, tokens: int) -> None:
        try:
            tracked_call(
                provider,
                provider="p",
                model="m",
                extract=lambda _: usage_report(prompt_tokens=tokens, completion_tokens=tokens // 7),
                session_id=session,
                project_id=project,
            )
        except Exception:  # noqa: BLE001  # the test asserts that there was none
            self.raised += 1
        with self._writing:
            self._truth.write(f"{session} {project} {tokens} {tokens // 7}\n")


def provider() -> None:
    """A call that succeeds."""
    time.sleep(PROVIDER_SECONDS)


def main() -> None:
    """Call until the input closes."""
    app = App(Path(sys.argv[1]), int(sys.argv[2]))
    app.run_until_input_closes()
    print(json.dumps({"raised": app.raised, "pending": flush(FLUSH_SECONDS)}))


if __name__ == "__main__":
    main()
