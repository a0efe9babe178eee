"""Those who take sessions in: ours, as ./run starts it, and two peers of Node. Each is started anew for each round, on a
fresh Redis with the same configuration, in a folder on the same disk."""

import http.client
import json
import os
import pathlib
import shutil
import signal

from processes import Child, Failed, free_ports, run, wait_for

ROOT = pathlib.Path(__file__).resolve().parents[2]
PEERS = pathlib.Path(__file__).resolve().parent / "peers"
SERVICES = ("intake", "reminders", "matching", "reporting", "courier", "mentoring", "safeguarding", "gateway")
PATH = "/v1/areas/demo-north/sessions/{id}"
PEOPLE = 2000


def person(i):
    return {"crn": f"T{100000 + i}", "practitioner": f"N01A{i % 40:03d}", "language": "ENGLISH", "whereabouts": "COMMUNITY",
            "personal": {"givenName": "Invented", "familyName": f"Person {i}", "telephone": "+447700900123"}}


def engagement_id(i):
    return f"eeeeeeee-0000-4000-8000-{i:012d}"


def engagement(i):
    return {"id": engagement_id(i), "crn": f"T{100000 + i}", "pathway": "supervision"}


def session(i):
    """About 420 bytes of JSON."""
    return {"engagementId": engagement_id(i), "startsAt": "2025-03-20T10:00:00Z", "endsAt": "2025-03-20T10:40:00Z",
            "attendance": {"happened": "HAPPENED", "attended": "ON_TIME", "complied": True}, "mode": "IN_PERSON",
            "function": "SUPPORT", "participants": ["PERSON", "PRACTITIONER"],
            "measures": [{"name": "alliance", "from": "PERSON", "value": 5.5}],
            "narrative": {"text": "We talked about the new flat and agreed what comes first."}}


def lines(make):
    return "".join(json.dumps(make(i), separators=(",", ":"), ensure_ascii=False) + "\n" for i in range(PEOPLE))


def ask(port, method, path, body=None, headers=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def answers(port, path, status=200):
    try:
        return ask(port, "GET", path)[0] == status
    except OSError:
        return False


class Contender:
    """`counted` are the pids, by name, whose processor time is held against it; `beside` are those that run beside."""

    name = ""
    headers = ()

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        self.port, self.counted, self.beside = 0, {}, {}

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


class Ours(Contender):
    """Everything on: token checked, records read, narrative sealed, audit written; CURVE between the services."""

    name = "ours"

    def __init__(self, folder, build, **environment):
        super().__init__(folder)
        self.build, self.environment = build, environment

    def script(self, *words):
        environment = {**os.environ, "ALONGSIDE_HOME": str(self.folder), "ALONGSIDE_PORT": str(self.port),
                       "ALONGSIDE_BUILD": str(self.build), "ALONGSIDE_DEMO": "no", **self.environment}
        with open(self.folder / "run.log", "w+", encoding="utf-8") as log:
            try:
                run([ROOT / "run", *words], env=environment, timeout=600)
            except Failed as failed:
                log.write(str(failed))
                raise

    def start(self):
        self.port = free_ports(30)
        self.script("--until-ready")
        pids = {name: int((self.folder / "run" / f"{name}.pid").read_text()) for name in (*SERVICES, "redis")}
        self.counted = {name: pids.pop(name) for name in ("gateway", "intake", "redis")}
        self.beside = pids
        self.headers = (f"Authorization: Bearer {(self.folder / 'token').read_text().strip()}",)
        self.seed("people", person)
        self.seed("engagements", engagement)

    def seed(self, what, make):
        name, value = self.headers[0].split(": ", 1)
        status, body = ask(self.port, "POST", f"/v1/areas/demo-north/{what}", lines(make).encode(),
                           {name: value, "Content-Type": "application/x-ndjson"})
        taken = sum(json.loads(line)["status"] == 201 for line in body.splitlines()) if status == 200 else 0
        if taken != PEOPLE:
            raise Failed(f"{taken} of {PEOPLE} {what} were taken in: {status} {body[:300]!r}")

    def stop(self):
        if self.port:
            self.script("--stop")


class Peer(Contender):
    """One or two Node processes and a Redis, configured by the file that ./run writes for its own."""

    programs = ()
    ready = 200  # what it answers when it is

    def __init__(self, folder, redis_conf):
        super().__init__(folder)
        self.redis_conf, self.children = redis_conf, {}

    def child(self, name, words, **environment):
        self.children[name] = Child(words, self.folder / f"{name}.log",
                                    env={**os.environ, "NODE_ENV": "production", **environment})

    def start_redis(self):
        """Answers where it listens."""
        redis_socket = self.folder / "redis.sock"
        (self.folder / "redis").mkdir()
        self.child("redis", ["redis-server", self.redis_conf, "--dir", self.folder / "redis", "--unixsocket", redis_socket])
        wait_for(lambda: self.children["redis"].check() and redis_socket.exists(), 10, "Redis")
        return redis_socket

    def start(self):
        self.port = free_ports(2)
        redis_socket = self.start_redis()
        for program in self.programs:
            self.child(program, ["node", PEERS / f"{program}.js"], PORT=str(self.port), REDIS_SOCKET=str(redis_socket),
                       SERVICE=f"tcp://127.0.0.1:{self.port + 1}")
        self.counted = {name: child.pid for name, child in self.children.items()}
        wait_for(self.is_ready, 10, self.name)

    def is_ready(self):
        return all(child.check() for child in self.children.values()) and answers(self.port, "/readyz", self.ready)

    def stop_programs(self):
        """All but Redis."""
        for name in self.programs:
            self.children.pop(name).stop()

    def stop(self):
        for name in reversed(list(self.children)):
            self.children[name].stop()


class LikeForLike(Peer):
    """Fastify as gateway, zeromq to a second process, one call of a Redis function for each session."""

    name = "like_for_like"
    programs = ("service", "gateway")


class Direct(Peer):
    """Fastify straight to Redis, the sessions of one turn of the loop in one call of a function."""

    name = "direct"
    programs = ("direct",)


class Restarted:
    """The eight services of a folder that ./run made, started one after the other on a Redis that is ready."""

    def __init__(self, ours):
        self.folder, self.build = ours.folder, ours.build
        self.environments = {name: self._environment(pid) for name, pid in {**ours.counted, **ours.beside}.items()
                             if name != "redis"}
        self.children = {}

    @staticmethod
    def _environment(pid):
        with open(f"/proc/{pid}/environ", "rb") as file:
            return dict(os.fsdecode(entry).split("=", 1) for entry in file.read().split(b"\0") if b"=" in entry)

    def start_redis(self):
        redis_socket = self.folder / "redis.sock"
        redis_socket.unlink(missing_ok=True)
        self.children["redis"] = Child(["redis-server", self.folder / "redis.conf"], self.folder / "restarted.log")
        ping = ["redis-cli", "-s", str(redis_socket), "--user", "health", "--pass", "none", "--no-auth-warning", "ping"]
        wait_for(lambda: self.children["redis"].check() and self._says(ping, "PONG"), 20, "Redis")

    @staticmethod
    def _says(words, text):
        try:
            return text in run(words)
        except Failed:
            return False

    def start(self, name):
        self.children[name] = Child([self.build / f"alongside-{name}"], self.folder / "restarted.log",
                                    env=self.environments[name])

    def is_ready(self, name):
        """As the container's health check asks: another process, which takes some 10 to 20 ms by itself."""
        self.children[name].check()
        return self._says_nothing_wrong([self.build / f"alongside-{name}", "--ping"], self.environments[name])

    @staticmethod
    def _says_nothing_wrong(words, environment):
        try:
            run(words, env=environment)
            return True
        except Failed:
            return False

    def stop(self):
        for name in reversed(list(self.children)):
            self.children[name].process.send_signal(signal.SIGTERM)
        for child in self.children.values():
            child.stop()
