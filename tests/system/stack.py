"""A running Alongside, seen from outside: its HTTP door, the stand-in for the outside world, and where it is local its
processes, its files and its Redis."""

import http.client
import json
import os
import pathlib
import random
import shlex
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.parse
from collections import namedtuple

ROOT = pathlib.Path(__file__).resolve().parents[2]
CONFIG = pathlib.Path(__file__).resolve().parent / "config"
SERVICES = ("intake", "reminders", "matching", "reporting", "courier", "mentoring", "safeguarding", "gateway")
ROLES = "practitioner,coordinator,manager,mentor-supervisor,case-system"
NORTH, SOUTH = "demo-north", "demo-south"
PORTS = 30
START_S = 240

Answer = namedtuple("Answer", "status headers text")
Answer.json = property(lambda self: json.loads(self.text))


def wait_for(what, seconds=15, every=0.1):
    """The first value of what() that is true, or None when the time is over."""
    until = time.monotonic() + seconds
    while True:
        value = what()
        if value or time.monotonic() > until:
            return value or None
        time.sleep(every)


def free_ports():
    """The first of PORTS ports in a row that nobody listens on."""
    while True:
        first = random.randrange(20000, 32000)
        if all(_is_free(port) for port in range(first, first + PORTS)):
            return first


def _is_free(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


class Stack:
    """What every test may use, wherever the stack runs."""

    is_local = False

    def __init__(self, url, token, messages_url=None, command=None):
        self.url, self.token, self.messages_url, self.alongside = url.rstrip("/"), token, messages_url, command
        self.tokens = {}

    # --- the HTTP door

    def http(self, method, path, body=None, token=None, headers=None, timeout=30):
        """One request. `body`: bytes as they are, anything else as JSON. `token`: None the stack's own, "" none at all."""
        where = urllib.parse.urlsplit(self.url)
        send = {"Connection": "close", **(headers or {})}
        token = self.token if token is None else token
        if token:
            send.setdefault("Authorization", f"Bearer {token}")
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body, ensure_ascii=False).encode()
        if body is not None:
            send.setdefault("Content-Type", "application/json")
        connection = http.client.HTTPConnection(where.hostname, where.port, timeout=timeout)
        try:
            connection.request(method, path, body, send)
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read().decode())
        finally:
            connection.close()

    def call(self, method, path, body=None, area=NORTH, **more):
        return self.http(method, f"/v1/areas/{area}{path}", body, **more)

    def get(self, path, **more):
        return self.call("GET", path, **more)

    def put(self, path, body, **more):
        return self.call("PUT", path, body, **more)

    def post(self, path, body=None, **more):
        return self.call("POST", path, body, **more)

    def made(self, path, body, **more):
        """PUT of what must be taken in; its answer."""
        answer = self.put(path, body, **more)
        assert answer.status in (200, 201), (path, answer.status, answer.text)
        return answer.json

    def is_ready(self):
        try:
            answer = self.http("GET", "/readyz", token="", timeout=5)
            return answer.status == 200
        except OSError:
            return False

    def wait_ready(self, seconds=30):
        assert wait_for(self.is_ready, seconds), "not every service is ready"

    # --- the operator's command

    def run(self, *words, stdin=None, token=None):
        """`alongside WORDS`: the ended process, with its output as text."""
        return subprocess.run([*self.alongside, *map(str, words)], capture_output=True, text=True, timeout=120,
                              env=self.environment(token), stdin=stdin or subprocess.DEVNULL, check=False)

    def environment(self, token=None):
        return {**os.environ, "ALONGSIDE_URL": self.url, "ALONGSIDE_TOKEN": token or self.token}

    def token_for(self, actor, roles, areas=f"{NORTH},{SOUTH}"):
        key = (actor, roles, areas)
        if key not in self.tokens:
            made = self.run("token", "--actor", actor, "--roles", roles, "--areas", areas)
            assert made.returncode == 0, made.stderr
            self.tokens[key] = made.stdout.split()[-1]
        return self.tokens[key]

    # --- what went out

    def messages(self):
        where = urllib.parse.urlsplit(self.messages_url)
        connection = http.client.HTTPConnection(where.hostname, where.port, timeout=10)
        try:
            connection.request("GET", "/messages.json", headers={"Connection": "close"})
            return json.loads(connection.getresponse().read())
        finally:
            connection.close()

    def messages_to(self, address):
        return [message for message in self.messages() if message["to"] == address]


class LocalStack(Stack):
    """One that ./run starts on this machine, in a folder of its own."""

    is_local = True

    def __init__(self, **environment):
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="alongside-test-", dir="/tmp"))
        self.port = free_ports()
        self.build = pathlib.Path(os.environ.get("ALONGSIDE_BUILD", ROOT / "build" / "release")).resolve()
        super().__init__(f"http://127.0.0.1:{self.port}", "", f"http://127.0.0.1:{self.port + 21}",
                         [str(self.build / "alongside")])
        shutil.copytree(ROOT / "config", self.home / "config")
        shutil.copy(CONFIG / "quick.yaml", self.home / "config" / "pathways")
        self.own = {"ALONGSIDE_HOME": str(self.home), "ALONGSIDE_PORT": str(self.port), "ALONGSIDE_BUILD": str(self.build),
                    "ALONGSIDE_DEMO": "no", "ALONGSIDE_AREAS": str(CONFIG / "areas.yaml"),
                    "ALONGSIDE_PATHWAYS": str(self.home / "config" / "pathways"), **environment}

    def script(self, *words, seconds=START_S):
        """`./run WORDS` in this stack's folder."""
        # Into a file: what ./run leaves running would keep a pipe open.
        with tempfile.TemporaryFile("w+") as said:
            ended = subprocess.run([str(ROOT / "run"), *words], stdout=said, stderr=subprocess.STDOUT,
                                   stdin=subprocess.DEVNULL, timeout=seconds, env={**os.environ, **self.own}, check=False)
            said.seek(0)
            return subprocess.CompletedProcess(ended.args, ended.returncode, said.read())

    def start(self):
        started = self.script("--until-ready")
        assert started.returncode == 0, started.stdout
        self.token = (self.home / "token").read_text().strip()
        return self

    def stop(self):
        return self.script("--stop", seconds=60)

    def remove(self):
        self.stop()
        shutil.rmtree(self.home, ignore_errors=True)

    def environment(self, token=None):
        return {**super().environment(token), **self.own,
                "ALONGSIDE_REDIS": f"unix:{self.home}/redis.sock", "ALONGSIDE_KEYS": str(self.home / "keys"),
                "ALONGSIDE_MODEL": str(self.home / "reporting.sqlite"), "ALONGSIDE_AUDIT": str(self.home / "audit"),
                "ALONGSIDE_DESTROYED": str(self.home / "destroyed"),
                **{f"ALONGSIDE_{name.upper()}": self.endpoint(name) for name in SERVICES[:-1]},
                "ALONGSIDE_SUBSCRIBE": ",".join(self.publishes(name) for name in SERVICES[:-1])}

    def endpoint(self, service):
        return f"tcp://127.0.0.1:{self.port + 1 + SERVICES.index(service)}"

    def publishes(self, service):
        return f"tcp://127.0.0.1:{self.port + 11 + SERVICES.index(service)}"

    # --- its processes

    def pid(self, name):
        try:
            return int((self.home / "run" / f"{name}.pid").read_text())
        except (OSError, ValueError):
            return None

    def signal(self, name, number=signal.SIGKILL):
        """Sends a signal to a service, to "redis" or to "standin"; answers the pid that it went to."""
        pid = wait_for(lambda: self.pid(name), 5)
        os.kill(pid, number)
        return pid

    def kill_and_wait(self, *names):
        """kill -9 of all of them at once, until each has been started again."""
        pids = {name: self.signal(name) for name in names}
        for name, pid in pids.items():
            assert wait_for(lambda: self.pid(name) not in (None, pid), 20), f"{name} was not started again"
        self.wait_ready()

    # --- its store

    def redis(self):
        import redis

        password = (self.home / "keys" / "administrator.redis").read_text().strip()
        return redis.Redis(unix_socket_path=str(self.home / "redis.sock"), socket_timeout=20, username="administrator",
                           password=password)

    def denied(self):
        """What Redis refused to somebody's account since it started: which account, and which command or key."""
        return [(entry["username"], entry["object"]) for entry in self.redis().acl_log()]

    def sequence(self, area=NORTH):
        """How many events the area has had."""
        return int(self.redis().get(f"{{{area}}}:sequence") or 0)

    def contents(self, area):
        """All that the store holds of an area: keys and packed values, but the audit, which grows with every look."""
        store = self.redis()
        keys = [key for key in store.scan_iter(f"{{{area}}}:*", 1000) if b"audit" not in key and b":Token:" not in key]
        dumps = ((key, store.dump(key)) for key in keys)
        return {key: value for key, value in dumps if value is not None}  # None: a key that went by itself meanwhile


def from_environment():
    """The stack that the environment names, or None: then the tests start one of their own."""
    url = os.environ.get("ALONGSIDE_TEST_URL")
    if not url:
        return None
    command = os.environ.get("ALONGSIDE_TEST_COMMAND")
    return Stack(url, os.environ["ALONGSIDE_TEST_TOKEN"], os.environ.get("ALONGSIDE_TEST_MESSAGES_URL"),
                 shlex.split(command) if command else None)
