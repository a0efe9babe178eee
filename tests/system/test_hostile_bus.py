"""A hostile process on the bus: keys that are not known, not meant for this service, or may send something else; and
messages that were recorded and are sent again. None of it has an effect, and what may not be sent reaches no decision."""

import re
import shutil
import time

import pytest
import zmq

import people
from bus import Bus, messages, now_ms
from stack import NORTH, SERVICES, wait_for

pytestmark = pytest.mark.trust

CASE_SYSTEM = {"id": "clinic", "roles": ["CASE_SYSTEM"], "areas": [NORTH]}
EACH_SERVICE = [name for name in SERVICES if name != "gateway"]
REPLAYS, FRAME = 10_000, 100


@pytest.fixture(scope="module")
def recorder(local):
    """A foreign service that may record sessions, and nothing else."""
    made = local.run("keygen", "--folder", local.home / "keys", "--foreign", "recorder", "--sends", "RecordSession")
    assert made.returncode == 0, made.stderr
    assert wait_for(lambda: known(local), 20), "the services do not take up the new key"
    with Bus(local.home / "keys", "recorder") as bus:
        yield bus


def known(local):
    """A connection that was refused is not tried again: each look takes a new one."""
    with Bus(local.home / "keys", "recorder") as bus:
        try:
            return bus.call(local.endpoint("intake"), "intake", "Ping", {}, "", seconds=1)
        except TimeoutError:
            return False


def handled(local):
    """How many messages each service has begun to decide about, as their own metrics say."""
    metrics = local.http("GET", "/metrics", token="").text
    return {name: int(n) for name, n in re.findall(r'alongside_messages_total{service="(\w+)"} (\d+)', metrics)}


def at_rest(local):
    """The same, once none of it moves: timers and events of other tests may still be under way."""
    def stands():
        before = handled(local)
        time.sleep(1.2)  # longer than the gateway remembers what the services said
        return handled(local) == before

    assert wait_for(stands, 60, 0), "the services do not come to rest"
    counts = handled(local)
    assert set(EACH_SERVICE) <= counts.keys()
    return counts


def is_never_answered(local, bus, service, server_name):
    with pytest.raises(TimeoutError):
        bus.call(local.endpoint(service), server_name, "ReadPerson", {"crn": "X000000"}, NORTH, actor=CASE_SYSTEM, seconds=1)


def test_no_message_of_an_unknown_key_reaches_a_decision(local, recorder, tmp_path):
    shutil.copytree(local.home / "keys", tmp_path / "keys")
    (tmp_path / "keys" / "stranger.curve").write_bytes(zmq.curve_keypair()[1])
    (tmp_path / "keys" / "stranger.sign").write_text((local.home / "keys" / "recorder.sign").read_text())
    before = at_rest(local)
    with Bus(tmp_path / "keys", "stranger") as stranger:
        for service in EACH_SERVICE:
            is_never_answered(local, stranger, service, service)
    assert at_rest(local) == before


def test_no_message_under_the_wrong_key_of_the_server_reaches_a_decision(local, recorder):
    """Who believes to speak to the gateway, or somebody in between, does not come through to the service."""
    before = at_rest(local)
    with Bus(local.home / "keys", "recorder") as bus:
        for service in EACH_SERVICE:
            is_never_answered(local, bus, service, "gateway")
    assert at_rest(local) == before


def test_no_message_that_the_key_may_not_send_reaches_a_decision(local, recorder):
    before = at_rest(local)
    for service in EACH_SERVICE:
        for name, content in (("ReadPerson", {"crn": "X000000"}), ("MakeOffer", {}), ("ReadReport", {"name": "attendance"}),
                              ("ListDeadLetters", {}), ("ReadReminders", {}), ("ReadSession", {}), ("ViewOffer", {})):
            reply = recorder.call(local.endpoint(service), service, name, content, NORTH, actor=CASE_SYSTEM)
            assert reply.code == "FORBIDDEN", (service, name)
    assert at_rest(local) == before


def recorded_session(engagement):
    session = messages.Session(id=people.new_id(), engagement_id=engagement)
    session.starts_at.FromMilliseconds(now_ms() - 7_200_000)
    session.ends_at.FromMilliseconds(now_ms() - 3_600_000)
    session.attendance.happened = messages.Happened.Value("HAPPENED")
    session.attendance.attended = messages.Attended.Value("ON_TIME")
    session.attendance.complied = True
    session.mode, session.function = messages.Mode.Value("IN_PERSON"), messages.Function.Value("SUPPORT")
    session.participants.extend([messages.Role.Value("PERSON"), messages.Role.Value("PRACTITIONER")])
    return session


def replayed(local, bus, request, times):
    """Sends the very same bytes again and again; the codes of the answers."""
    dealer = bus.socket(zmq.DEALER, local.endpoint("intake"), "intake")
    codes = []
    try:
        for _ in range(times // FRAME):
            dealer.send(messages.Bundle(envelopes=[request] * FRAME).SerializeToString())
            wanted = len(codes) + FRAME
            while len(codes) < wanted and dealer.poll(10_000):
                for reply in messages.Bundle.FromString(dealer.recv()).envelopes:
                    codes.append(messages.Code.Name(reply.problem.code) if reply.HasField("problem") else "OK")
    finally:
        dealer.close(linger=0)
    return codes


def test_ten_thousand_replayed_messages_have_no_effect(local, recorder):
    """A message is recorded off the bus with its signature and sent again: while it is valid it answers as before, later it
    is refused; the store stays as it was."""
    _, engagement = people.register(local)
    request = recorder.envelope("RecordSession", {"session": recorded_session(engagement)}, NORTH, actor=CASE_SYSTEM,
                                deadline_ms=120_000)
    first, = recorder.exchange(local.endpoint("intake"), "intake", [request])
    assert first.created and not first.HasField("problem")
    at_rest(local)
    sequence, before = local.sequence(), local.contents(NORTH)
    codes = replayed(local, recorder, request, REPLAYS)
    assert len(codes) == REPLAYS and set(codes) <= {"OK", "UNAUTHENTICATED"}
    assert local.sequence() == sequence
    assert local.contents(NORTH) == before
    time.sleep(max(0, (messages.Actor.FromString(request.actor).expires_at_ms - now_ms()) / 1000 + 1))
    assert replayed(local, recorder, request, FRAME) == ["UNAUTHENTICATED"] * FRAME
