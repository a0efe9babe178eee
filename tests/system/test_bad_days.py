"""Bad days: processes are killed in the middle of a load, the store goes away. What was acknowledged is there, once."""

import itertools
import json
import os
import signal
import threading
import time

import pytest

import people
from bus import messages
from stack import NORTH, SERVICES, wait_for

LOAD_S = 3
THREADS = 4
# How long after an appointment is made its reminder falls due: longer than any of these days lasts.
DUE_S = 25
PATIENCE_S = 40


class Ledger:
    """What the stack has acknowledged."""

    def __init__(self):
        self.items = []  # of each: crn, session, appointment, address, made_at, due_at
        self.lock = threading.Lock()
        self.telephones = (f"+447700900{n:03d}" for n in range(1000))  # all that there are for invented people

    def add(self, **item):
        with self.lock:
            self.items.append(item)

    def telephone(self):
        """One that nobody has yet; None when all are taken."""
        with self.lock:
            return next(self.telephones, None)


@pytest.fixture(scope="module")
def ledger():
    return Ledger()


def insist(stack, path, body, until):
    """PUT, and again as any careful sender does it, until it is acknowledged. What is refused for good fails."""
    while True:
        try:
            answer = stack.put(path, body, timeout=10)
            if answer.status in (200, 201):
                return
            assert answer.status in (500, 503, 504), (path, answer.status, answer.text)
        except OSError:
            pass
        except Exception as fault:  # a connection cut off in the middle of an answer
            assert type(fault).__module__ == "http.client", fault
        assert time.monotonic() < until, f"{path} was not taken in"
        time.sleep(0.1)


def one_person(stack, ledger, by_text):
    crn, engagement, session, appointment = people.new_crn(), *(people.new_id() for _ in range(3))
    telephone = ledger.telephone() if by_text else None
    person = people.person(crn, preferredChannel="SMS" if telephone else "EMAIL")
    person["personal"]["telephone"] = telephone or "+447700900000"
    until = time.monotonic() + PATIENCE_S
    insist(stack, f"/people/{crn}", person, until)
    insist(stack, f"/engagements/{engagement}", {"crn": crn, "pathway": "quick"}, until)
    due_at = time.time() + DUE_S
    insist(stack, f"/appointments/{appointment}", people.appointment(engagement, minutes=60 + DUE_S / 60), until)
    made_at = time.time()
    insist(stack, f"/sessions/{session}", people.session(engagement), until)
    ledger.add(crn=crn, session=session, appointment=appointment, made_at=made_at, due_at=due_at,
               address=person["personal"]["telephone" if telephone else "email"])


def load_while(stack, ledger, happening):
    """People, appointments and sessions by several senders at once, and what happens in the middle of it."""
    before, ends, faults = len(ledger.items), time.monotonic() + LOAD_S, []

    def send():
        try:
            for n in itertools.count():
                one_person(stack, ledger, n % 2 == 0)
                if time.monotonic() > ends:
                    return
        except BaseException as fault:
            faults.append(fault)
            raise

    senders = [threading.Thread(target=send) for _ in range(THREADS)]
    for sender in senders:
        sender.start()
    time.sleep(LOAD_S / 3)
    happening()
    for sender in senders:
        sender.join(PATIENCE_S * 2)
    assert not faults and not any(sender.is_alive() for sender in senders)
    stack.wait_ready()
    made = ledger.items[before:]
    assert len(made) >= THREADS
    return made


def recorded(stack):
    """How often each session was recorded, out of the area's event stream, whose numbers have no gap."""
    counts, sequence = {}, 0
    for entry_id, fields in stack.redis().xrange(f"{{{NORTH}}}:events"):
        events = messages.EventList.FromString(fields[b"e"]).events
        sequence += len(events)
        assert int(entry_id.split(b"-")[0]) == sequence
        for event in events:
            if event.type == "SessionRecorded":
                session = messages.SessionRecorded.FromString(event.body).id
                counts[session] = counts.get(session, 0) + 1
    return counts


def check_all_there(stack, made):
    counts = recorded(stack)
    for item in made:
        assert stack.get(f"/sessions/{item['session']}").status == 200
        listed = stack.get(f"/people/{item['crn']}/sessions").json.get("sessions", [])
        assert [session["id"] for session in listed] == [item["session"]]
        assert counts.get(item["session"]) == 1


@pytest.mark.parametrize("victim", [*SERVICES, "redis"])
def test_kill_9_of_one_process_loses_nothing_acknowledged(breakable, ledger, victim):
    made = load_while(breakable, ledger, lambda: breakable.kill_and_wait(victim))
    check_all_there(breakable, made)


def test_kill_9_of_all_at_once_loses_nothing_acknowledged(breakable, ledger):
    made = load_while(breakable, ledger, lambda: breakable.kill_and_wait(*SERVICES, "redis"))
    check_all_there(breakable, made)


def parent_of(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as stat:
        return int(stat.read().rpartition(")")[2].split()[1])


def tried(stack, seconds):
    """The answers to reads, one after the other, for so long."""
    crn, answers, until = people.new_crn(), [], time.monotonic() + seconds
    while time.monotonic() < until:
        answers.append(stack.put(f"/people/{crn}", people.person(crn), timeout=20))
        time.sleep(0.3)
    return answers


def check_goes_on(stack, ledger):
    stack.wait_ready()
    before = len(ledger.items)
    one_person(stack, ledger, True)
    check_all_there(stack, ledger.items[before:])


def test_without_redis_for_ten_seconds_the_answer_is_503_and_then_everything_goes_on(breakable, ledger):
    pid = breakable.pid("redis")
    keeper = parent_of(pid)
    os.kill(keeper, signal.SIGSTOP)  # so that nobody starts it again
    try:
        os.kill(pid, signal.SIGKILL)
        time.sleep(1)
        answers = tried(breakable, 9)
        ready = breakable.http("GET", "/readyz", token="")
    finally:
        os.kill(keeper, signal.SIGCONT)
    assert {answer.status for answer in answers} == {503}
    assert all(int(answer.headers["Retry-After"]) >= 1 for answer in answers)
    assert all(answer.json["code"] == "UNAVAILABLE" for answer in answers)
    assert ready.status == 503 and ready.json["ready"] is False
    assert wait_for(lambda: breakable.pid("redis") != pid, 10)
    check_goes_on(breakable, ledger)


def test_a_redis_that_hangs_for_ten_seconds_holds_nobody_for_long(breakable, ledger):
    pid = breakable.signal("redis", signal.SIGSTOP)
    try:
        begun = time.monotonic()
        answers = tried(breakable, 9)
        slowest = (time.monotonic() - begun) / len(answers)
    finally:
        os.kill(pid, signal.SIGCONT)
    assert {answer.status for answer in answers} <= {503, 504} and slowest < 7
    assert all("Retry-After" in answer.headers for answer in answers if answer.status == 503)
    check_goes_on(breakable, ledger)


def test_the_reminder_of_every_acknowledged_appointment_is_sent_once(breakable, ledger):
    """Counted as the receiver counts: by the idempotency key, once however often it came."""
    assert ledger.items
    breakable.wait_ready()
    in_time = [item for item in ledger.items if item["made_at"] < item["due_at"]]
    assert len(in_time) > len(ledger.items) / 2
    time.sleep(max(0, max(item["due_at"] for item in in_time) - time.time()))

    def missing():
        sent = {}
        for message in breakable.messages():
            sent.setdefault(message["to"], []).append(message)
        return [item for item in in_time if item["address"] not in sent], sent

    wait_for(lambda: not missing()[0], 60, 1)
    left, sent = missing()
    assert left == [], [(item, breakable.get(f"/appointments/{item['appointment']}/reminders").text) for item in left[:3]]
    assert {len(sent[item["address"]]) for item in in_time} == {1}
    item = in_time[0]
    assert wait_for(lambda: breakable.get(f"/appointments/{item['appointment']}/reminders").json["reminders"][0]["state"] == "SENT")


def test_every_service_says_in_its_log_when_it_started_and_no_line_is_a_crash(breakable):
    """The kills of this file left no trace but restarts: no assertion failed, no sanitizer spoke."""
    for service in SERVICES:
        lines = (breakable.home / "logs" / f"{service}.log").read_text(errors="replace").splitlines()
        assert any('"event":"started"' in line for line in lines), service
        unreadable = [line for line in lines if not is_json(line)]
        assert unreadable == [], (service, unreadable[:20])


def is_json(line):
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False
