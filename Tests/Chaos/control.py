"""The harness's end of a proxy."""

import json
import os
import subprocess
import sys
import threading

CALM = {"delay": 0, "hold": None, "slice": False, "refuse": False}


class ProxyControl:
    """Starts a proxy before a server, and tells it what to do."""

    def __init__(self, port, target):
        self.port = port
        self._lock = threading.Lock()
        program = os.path.join(os.path.dirname(os.path.abspath(__file__)), "proxy.py")
        self._process = subprocess.Popen([sys.executable, program, str(port), str(target)], stdin=subprocess.PIPE,
                                         stdout=subprocess.PIPE, text=True)
        if self._process.stdout.readline() != "ready\n":
            raise RuntimeError("the proxy does not start")

    def order(self, what):
        """Changes how the proxy behaves, from now on."""
        with self._lock:
            print(json.dumps(what), file=self._process.stdin, flush=True)
            self._process.stdout.readline()

    def heal(self, cut=False):
        """Everything passes again; or, first, all connections are reset."""
        self.order(({"cut": True} if cut else {}) | CALM)

    def stop(self):
        """Ends the proxy."""
        self._process.stdin.close()
        self._process.wait(5)
