"""Live events: Server-Sent Events whose ids are the area's gapless sequence, resumed exactly."""

import http.client
import json
import threading
import time
import urllib.parse

import people
from stack import NORTH, SOUTH, wait_for


class Follower:
    """A reader of /events in a thread of its own."""

    def __init__(self, stack, after=None, area=SOUTH, query="", token=None):
        self.stack, self.area, self.after, self.query, self.token = stack, area, after, query, token or stack.token
        self.events, self.status, self.opened = [], None, threading.Event()
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()
        assert self.opened.wait(10), "the stream did not open"

    def read(self):
        where = urllib.parse.urlsplit(self.stack.url)
        self.connection = http.client.HTTPConnection(where.hostname, where.port, timeout=30)
        headers = {"Authorization": f"Bearer {self.token}", "Accept": "text/event-stream"}
        if self.after is not None:
            headers["Last-Event-ID"] = str(self.after)
        self.connection.request("GET", f"/v1/areas/{self.area}/events{self.query}", headers=headers)
        answer = self.connection.getresponse()
        self.status, self.kind = answer.status, answer.headers["Content-Type"]
        self.opened.set()
        fields = {}
        try:
            while line := answer.readline():
                line = line.decode().rstrip("\r\n")
                if line.startswith(":"):
                    continue
                if line:
                    name, _, value = line.partition(": ")
                    fields[name] = value
                elif "id" in fields:
                    data = json.loads(fields["data"])
                    self.events.append((int(fields["id"]), data["type"], data))
                    fields = {}
        except (OSError, AttributeError, ValueError):
            pass  # closed by this test

    def ids(self):
        return [event[0] for event in self.events]

    def close(self):
        if self.connection.sock:
            self.connection.sock.shutdown(2)
        self.thread.join(5)


def make_events(stack, n):
    """Two events for each person: registered, and an engagement opened."""
    for _ in range(n):
        people.register(stack, area=SOUTH)


def newest(stack):
    """The sequence of the area's newest event, as a reader who has seen all would know it."""
    follower = Follower(stack, after=0)
    wait_for(lambda: follower.events, 2)
    last = -1
    while follower.events and last != follower.ids()[-1]:
        last = follower.ids()[-1]
        time.sleep(0.3)
    follower.close()
    return max(last, 0)


def test_what_happens_is_heard_at_once_and_without_a_gap(stack):
    follower = Follower(stack, after=newest(stack))
    first = follower.after + 1
    make_events(stack, 5)
    assert wait_for(lambda: len(follower.events) >= 10, 3)
    follower.close()
    assert follower.status == 200 and follower.kind.startswith("text/event-stream")
    assert follower.ids() == list(range(first, first + 10))
    assert [event[1] for event in follower.events] == ["PersonRegistered", "EngagementOpened"] * 5
    assert all(event[2]["sequence"] == str(event[0]) for event in follower.events)


def test_a_reader_that_comes_back_misses_nothing_and_hears_nothing_twice(stack):
    first = Follower(stack, after=0)
    make_events(stack, 2)
    assert wait_for(lambda: len(first.events) >= 4)
    first.close()
    seen = first.ids()
    make_events(stack, 3)
    second = Follower(stack, after=seen[-1])
    assert wait_for(lambda: len(second.events) >= 6)
    make_events(stack, 1)
    assert wait_for(lambda: len(second.events) >= 8)
    second.close()
    both = seen + second.ids()
    assert both == list(range(1, len(both) + 1))


def test_resuming_in_the_middle_gives_what_was_given_before(stack):
    make_events(stack, 3)
    whole = Follower(stack, after=0)
    assert wait_for(lambda: len(whole.events) >= 6)
    whole.close()
    middle = whole.ids()[len(whole.events) // 2]
    rest = Follower(stack, after=middle)
    wanted = [event for event in whole.events if event[0] > middle]
    assert wait_for(lambda: len(rest.events) >= len(wanted))
    rest.close()
    assert rest.events[:len(wanted)] == wanted


def test_a_new_reader_hears_only_what_is_new(stack):
    make_events(stack, 1)
    last = newest(stack)
    follower = Follower(stack)
    time.sleep(2.5)  # a heartbeat says where the area stands
    make_events(stack, 1)
    assert wait_for(lambda: len(follower.events) >= 2)
    follower.close()
    assert follower.ids() == [last + 1, last + 2]


def test_an_event_tells_what_happened_and_about_nobody(stack):
    follower = Follower(stack, after=newest(stack))
    crn, engagement = people.register(stack, area=SOUTH)
    session = people.new_id()
    stack.made(f"/sessions/{session}", people.session(engagement, narrative={"text": "said in confidence"}), area=SOUTH)
    assert wait_for(lambda: len(follower.events) >= 3)
    follower.close()
    heard = json.dumps(follower.events, ensure_ascii=False)
    assert [event[1] for event in follower.events] == ["PersonRegistered", "EngagementOpened", "SessionRecorded"]
    assert not [word for word in ("confidence", "O'Dŵr", "+44770090", crn, session) if word in heard]


def test_an_id_that_is_no_number_is_refused(stack):
    assert stack.get("/events", headers={"Last-Event-ID": "yesterday"}).status == 400


def test_events_are_for_those_who_may_follow_them(operator):
    assert operator.get("/events", token=operator.token_for("M01", "mentor", NORTH)).status == 403
