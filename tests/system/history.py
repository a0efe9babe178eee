"""Mentors come and go while people are matched through two replicas of matching, each behind a door of its own; what was
acknowledged is a history that can be checked afterwards.

What an answer says held at some moment between the request and the answer, whatever the other replica had done before: so it
must not be contradicted by what was acknowledged before the request was sent and undone after the answer."""

import contextlib
import http.client
import json
import random
import re
import selectors
import signal
import socket
import subprocess
import threading
import time

import people
import stack as stacks
from stack import NORTH, wait_for

SEED = 20260302
SOUGHT = 20      # mentors who are offered people besides, in a place of their own, and have one or two places each
ASKS_PER_ACTOR = 40  # in a second: each has a limit of 50
FOR_EVER = float("inf")


class Door:
    """One thread's connections to both doors; which of them a request goes through is drawn."""

    def __init__(self, doors, token, dice):
        self.connections = [http.client.HTTPConnection("127.0.0.1", port, timeout=30) for port in doors]
        self.token, self.dice = token, dice

    def ask(self, method, path, body=None, token=None, kind="application/json"):
        """When it was sent and answered, the status, and what was said."""
        connection = self.dice.choice(self.connections)
        headers = {"Authorization": f"Bearer {token or self.token}"}
        if method != "GET":
            headers["Content-Type"], body = kind, body if isinstance(body, bytes) else json.dumps(body or {})
        sent = time.monotonic()
        connection.request(method, f"/v1/areas/{NORTH}{path}", body, headers)
        answer = connection.getresponse()
        text = answer.read()
        answered = time.monotonic()
        assert answer.status not in (400, 401, 403, 404, 500), (method, path, answer.status, text[:500])
        return sent, answered, answer.status, text

    def insist(self, *words, **more):
        """Until it is known what came of it."""
        while True:
            answer = self.ask(*words, **more)
            if answer[2] < 500:
                return answer


class History:
    """What was acknowledged. `spells`: of each mentor and thing, from when to when it surely was so, as far as is known."""

    def __init__(self):
        self.lists, self.offers, self.accepts = [], [], []  # (sent, answered, mentors)
        self.paused, self.matched = {}, {}  # of each mentor: [[since, until]]

    def begin(self, spells, mentor, since):
        spell = [since, FOR_EVER]
        spells.setdefault(mentor, []).append(spell)
        return spell

    def paused_throughout(self, mentor, sent, answered):
        return any(since < sent and until > answered for since, until in self.paused.get(mentor, []))

    def matches_throughout(self, mentor, sent, answered):
        return sum(since < sent and until > answered for since, until in self.matched.get(mentor, []))

    def most_at_once(self, mentor):
        spells = self.matched.get(mentor, [])
        return max((sum(since <= one[0] < until for since, until in spells) for one in spells), default=0)


class Replicas:
    """A second matching, and a second gateway that reaches it alone, beside those of the stack."""

    def __init__(self, own):
        self.processes = []
        serve, publish, door = own.port + 25, own.port + 26, own.port + 24
        self.start(own, "matching", ALONGSIDE_BIND=f"tcp://127.0.0.1:{serve}", ALONGSIDE_PUBLISH=f"tcp://127.0.0.1:{publish}")
        self.start(own, "gateway", ALONGSIDE_HTTP=f"127.0.0.1:{door}", ALONGSIDE_MATCHING=f"tcp://127.0.0.1:{serve}")
        self.doors = [own.port, door]

    def start(self, own, name, **more):
        with open(f"/proc/{own.pid(name)}/environ", encoding="utf-8") as file:
            same = dict(one.split("=", 1) for one in file.read().split("\0") if "=" in one)
        log = open(own.home / "logs" / f"{name}-2.log", "w", encoding="utf-8")
        self.processes.append(subprocess.Popen([own.build / f"alongside-{name}"], env={**same, **more}, stdout=log, stderr=log))
        log.close()

    def stop(self):
        for process in reversed(self.processes):
            process.send_signal(signal.SIGTERM)
            process.wait(20)


class Line:
    """One of the askers' connections: sends one question, and reads until the answer is whole."""

    LENGTH = re.compile(rb"content-length: (\d+)", re.I)

    def __init__(self, port, token):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.token, self.sent, self.answer = token, None, b""

    def ask(self, crn):
        self.answer, self.sent = b"", time.monotonic()
        self.socket.sendall(f"GET /v1/areas/{NORTH}/people/{crn}/candidates?limit=10 HTTP/1.1\r\nHost: localhost\r\n"
                            f"Authorization: Bearer {self.token}\r\n\r\n".encode())

    def read(self):
        """Status and text, or None while there is more to come."""
        part = self.socket.recv(1 << 18)
        assert part, "the connection was closed before the answer was whole"
        self.answer += part
        head, gap, text = self.answer.partition(b"\r\n\r\n")
        if not gap or len(text) < int(self.LENGTH.search(head)[1]):
            return None
        return int(head.split(b" ", 2)[1]), text


class Askers:
    """Asks for candidates, `rate` times a second over all connections as long as the answers keep up."""

    def __init__(self, world, rate):
        self.world, self.rate = world, rate
        self.took, self.refused = [], 0
        tokens = [world.own.token_for(f"C{i:04d}", "coordinator", NORTH) for i in range(rate // ASKS_PER_ACTOR)]
        self.lines = [Line(port, token) for token in tokens for port in world.doors]

    def hear(self, line):
        said = line.read()
        if not said:
            return False
        answered, (status, text) = time.monotonic(), said
        if status == 200:
            self.took.append(answered - line.sent)
            self.world.history.lists.append((line.sent, answered, [one["mentorId"] for one in json.loads(text).get("candidates", [])]))
        else:
            assert status in (409, 429, 503), (status, text[:300])
            self.refused += 1
        return True

    def work(self, dice):
        idle, busy, began, asked = list(self.lines), selectors.DefaultSelector(), time.monotonic(), 0
        while not self.world.over.is_set() or busy.get_map():
            due = 0 if self.world.over.is_set() else int((time.monotonic() - began) * self.rate) - asked
            for _ in range(min(due, len(idle))):
                line = idle.pop()
                line.ask(dice.choice(self.world.askers))
                busy.register(line.socket, selectors.EVENT_READ, line)
                asked += 1
            for key, _ in busy.select(0.001):
                if self.hear(key.data):
                    busy.unregister(key.fileobj)
                    idle.append(key.data)


class World:
    """Invented."""

    def __init__(self, own, doors, mentors, rate):
        self.own, self.doors = own, doors
        self.history = History()
        self.over = threading.Event()
        self.faults = []
        self.place = f"place-{people.new_id()[:8]}"
        dice = random.Random(SEED)
        self.capacity = {people.new_id(): 1 + i % 2 for i in range(SOUGHT)}
        self.others = [people.new_id() for _ in range(mentors)]
        self.seekers = [people.new_crn() for _ in range(40)]
        self.askers = [people.new_crn() for _ in range(100)]
        door = Door(doors, own.token, dice)
        self.take(door, "/mentors", [self.mentor(m, self.place, self.capacity[m]) for m in self.capacity] +
                  [self.mentor(m, self.elsewhere(i), 1 + i % 5) for i, m in enumerate(self.others)])
        self.take(door, "/people", [self.person(crn, self.place) for crn in self.seekers] +
                  [self.person(crn, self.elsewhere(i)) for i, crn in enumerate(self.askers)])
        self.asking = Askers(self, rate)
        self.tokens = {m: own.token_for(m, "mentor", NORTH) for m in self.capacity}

    def elsewhere(self, i):
        return f"{self.place}-{i % 10}"

    @staticmethod
    def mentor(one, place, capacity):
        return people.mentor(id=one, places=[place], remote=False) | {"capacity": capacity}

    @staticmethod
    def person(crn, place):
        wish = {"wanted": True, "conflictsChecked": True, "experiences": ["custody"], "places": [place]}
        return people.person(crn, mentoring=wish) | {"crn": crn}

    @staticmethod
    def take(door, path, many):
        for i in range(0, len(many), 200):
            lines = "\n".join(json.dumps(one) for one in many[i:i + 200]).encode()
            _, _, status, text = door.ask("POST", path, lines, kind="application/x-ndjson")
            assert status == 200, (status, text[:500])
            answers = [json.loads(line) for line in text.splitlines()]
            assert all(answer["status"] in (200, 201) for answer in answers), answers[:3]

    # --- what goes on, each in threads of its own

    def come_and_go(self, door, mentors, gap):
        """Each mentor is paused and resumed by one thread alone."""
        paused = {}
        while not self.over.is_set():
            one = door.dice.choice(mentors)
            sent, answered, status, _ = door.ask("POST", f"/mentors/{one}/{'resume' if one in paused else 'pause'}")
            if status != 200:  # it may or may not have happened
                if one in paused:
                    paused.pop(one)[1] = sent
                continue
            if one in paused:
                paused.pop(one)[1] = sent
            else:
                paused[one] = self.history.begin(self.history.paused, one, answered)
            time.sleep(gap)

    def register(self, door):
        while not self.over.is_set():
            one = people.new_id()
            _, _, status, text = door.ask("PUT", f"/mentors/{one}", people.mentor(places=[self.elsewhere(door.dice.randrange(10))]))
            assert status == 201 or status >= 500, text
            time.sleep(0.05)

    def list_for(self, door, crn):
        sent, answered, status, text = door.ask("GET", f"/people/{crn}/candidates?limit=10")
        assert status == 200 or status >= 500, text
        named = [one["mentorId"] for one in json.loads(text).get("candidates", [])] if status == 200 else []
        if status == 200:
            self.history.lists.append((sent, answered, named))
        return named

    def match(self, door, seekers):
        """Offers to one of the list, or at times to anybody; the mentor accepts, and after a while the match ends."""
        standing = {}
        while not self.over.is_set():
            crn = door.dice.choice(seekers)
            if crn in standing:
                self.end(door, *standing.pop(crn))
                continue
            named = self.list_for(door, crn)
            one = door.dice.choice(named if named and door.dice.random() < 0.7 else list(self.capacity))
            if one not in self.capacity:
                continue
            offer = people.new_id()
            sent, answered, status, _ = door.insist("PUT", f"/offers/{offer}", {"crn": crn, "mentorId": one})
            if status not in (200, 201):
                continue
            self.history.offers.append((sent, answered, [one]))
            sent, answered, status, _ = door.insist("POST", f"/offers/{offer}/accept", token=self.tokens[one])
            if status == 200:
                self.history.accepts.append((sent, answered, [one]))
                standing[crn] = offer, self.history.begin(self.history.matched, one, answered)
            else:
                door.insist("POST", f"/offers/{offer}/withdraw")

    @staticmethod
    def end(door, offer, spell):
        spell[1] = time.monotonic()
        _, _, status, text = door.insist("POST", f"/offers/{offer}/end", {"why": "it came to its end"})
        assert status == 200, text

    # --- all of it

    def work(self, seed, what, *words):
        dice = random.Random(seed)
        try:
            what(dice if what == self.asking.work else Door(self.doors, self.own.token, dice), *words)
        except Exception as fault:  # it is told in the test's own thread
            self.faults.append(fault)
            self.over.set()

    def live(self, seconds):
        sought, seekers, half = list(self.capacity), self.seekers, len(self.others) // 2
        doing = [(self.come_and_go, sought[:10], 0.02), (self.come_and_go, sought[10:], 0.02),
                 (self.come_and_go, self.others[:half], 0.005), (self.come_and_go, self.others[half:], 0.005),
                 (self.register,), (self.asking.work,),
                 *((self.match, seekers[i::4]) for i in range(4))]
        threads = [threading.Thread(target=self.work, args=(SEED + i, *what)) for i, what in enumerate(doing)]
        for thread in threads:
            thread.start()
        self.over.wait(seconds)
        self.over.set()
        for thread in threads:
            thread.join()
        assert not self.faults, self.faults
        return self.history

    # --- what must not be: mentors of whom it is

    def too_many(self):
        return [one for one, capacity in self.capacity.items() if self.history.most_at_once(one) > capacity]

    def paused_and_named(self):
        said = self.history
        return [one for sent, answered, mentors in said.lists + said.offers + said.accepts for one in mentors
                if said.paused_throughout(one, sent, answered)]

    def full_and_named(self):
        said = self.history
        return [one for sent, answered, mentors in said.lists + said.offers for one in mentors
                if one in self.capacity and said.matches_throughout(one, sent, answered) >= self.capacity[one]]


@contextlib.contextmanager
def lived(mentors, rate, seconds):
    """A world with its history, after all of it."""
    own, replicas = stacks.LocalStack(), None
    try:
        own.start()
        replicas = Replicas(own)
        beside = stacks.Stack(f"http://127.0.0.1:{replicas.doors[1]}", own.token)
        assert wait_for(beside.is_ready, 30), "the second door is not ready"
        world = World(own, replicas.doors, mentors, rate)
        world.live(seconds)
        yield world
    finally:
        if replicas:
            replicas.stop()
        own.remove()
