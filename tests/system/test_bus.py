"""The bus, from a foreign service in another language: it may send what its key allows, and nothing else."""

import shutil

import pytest
import zmq

import people
from bus import Bus, messages, now_ms
from stack import NORTH, wait_for

pytestmark = pytest.mark.trust

PRACTITIONER = {"id": "N01A001", "roles": ["PRACTITIONER"], "areas": [NORTH]}


@pytest.fixture(scope="module")
def clinic(local):
    """A foreign service that may read people and record sessions."""
    made = local.run("keygen", "--folder", local.home / "keys", "--foreign", "clinic", "--sends", "ReadPerson,RecordSession")
    assert made.returncode == 0, made.stderr
    assert wait_for(lambda: known(local), 20), "the services do not take up the new key"
    with Bus(local.home / "keys", "clinic") as bus:
        yield bus


def known(local):
    """Whether intake lets the new key in. A connection that was refused is not tried again: each look takes a new one."""
    with Bus(local.home / "keys", "clinic") as bus:
        try:
            return bus.call(local.endpoint("intake"), "intake", "Ping", {}, "", seconds=1)
        except TimeoutError:
            return False


def intake(local, bus, name, message, actor=PRACTITIONER, area=NORTH, **more):
    return bus.call(local.endpoint("intake"), "intake", name, message, area, actor=actor, **more)


def test_a_foreign_service_reads_what_its_key_allows(local, clinic):
    crn, _ = people.register(local)
    reply = intake(local, clinic, "ReadPerson", {"crn": crn})
    assert reply.code == "OK" and reply.envelope.version == 1
    assert (reply.body.crn, reply.body.personal.family_name) == (crn, "O'Dŵr")


def test_a_session_that_a_foreign_service_records_is_there(local, clinic):
    crn, engagement = people.register(local)
    session = messages.Session(id=people.new_id(), engagement_id=engagement, goal="a place of their own")
    session.starts_at.FromMilliseconds(now_ms() - 7_200_000)
    session.ends_at.FromMilliseconds(now_ms() - 3_600_000)
    session.attendance.happened = messages.Happened.Value("HAPPENED")
    session.attendance.attended = messages.Attended.Value("ON_TIME")
    session.attendance.complied = True
    session.mode, session.function = messages.Mode.Value("IN_PERSON"), messages.Function.Value("SUPPORT")
    session.participants.extend([messages.Role.Value("PERSON"), messages.Role.Value("PRACTITIONER")])
    reply = intake(local, clinic, "RecordSession", {"session": session})
    assert reply.code == "OK", reply.problem
    assert reply.envelope.created
    read = local.get(f"/sessions/{session.id}").json
    assert (read["crn"], read["goal"], read["outcome"]) == (crn, "a place of their own", "ATTC")
    again = intake(local, clinic, "RecordSession", {"session": session})
    assert again.code == "OK" and not again.envelope.created


def test_what_the_key_does_not_allow_is_refused(local, clinic):
    crn, _ = people.register(local)
    before = local.contents(NORTH)
    reply = intake(local, clinic, "ChangePerson", {"person": messages.Person(crn=crn), "seen_version": 1})
    assert reply.code == "FORBIDDEN"
    assert local.contents(NORTH) == before


def test_an_actor_without_the_role_is_refused(local, clinic):
    crn, _ = people.register(local)
    reply = intake(local, clinic, "ReadPerson", {"crn": crn}, actor={**PRACTITIONER, "roles": ["MANAGER"]})
    assert reply.code == "NOT_FOUND" and reply.body is None


def test_an_actor_of_another_area_is_refused(local, clinic):
    crn, _ = people.register(local)
    reply = intake(local, clinic, "ReadPerson", {"crn": crn}, actor={**PRACTITIONER, "areas": ["demo-south"]})
    assert reply.code == "FORBIDDEN"


@pytest.mark.parametrize("flaw", ["expired", "forged", "missing"])
def test_an_actor_that_is_not_vouched_for_is_refused(local, clinic, flaw):
    crn, _ = people.register(local)
    request = clinic.envelope("ReadPerson", {"crn": crn}, NORTH, actor=PRACTITIONER)
    if flaw == "expired":
        request.actor, request.actor_signature = clinic.sign({**PRACTITIONER, "expires_at_ms": now_ms() - 1000})
    elif flaw == "forged":
        request.actor_signature = bytes(64)
    else:
        request.actor = request.actor_signature = b""
    reply, = clinic.exchange(local.endpoint("intake"), "intake", [request])
    assert messages.Code.Name(reply.problem.code) in ("UNAUTHENTICATED", "FORBIDDEN") and not reply.body


def test_many_requests_in_one_frame_are_answered_each(local, clinic):
    crns = [people.register(local)[0] for _ in range(3)]
    requests = [clinic.envelope("ReadPerson", {"crn": crn}, NORTH, actor=PRACTITIONER) for crn in [*crns, "Q000000"]]
    replies = clinic.exchange(local.endpoint("intake"), "intake", requests)
    assert [messages.Person.FromString(r.body).crn for r in replies[:3]] == crns
    assert messages.Code.Name(replies[3].problem.code) == "NOT_FOUND"


def test_bytes_that_are_no_message_stop_nobody(local, clinic):
    dealer = clinic.socket(zmq.DEALER, local.endpoint("intake"), "intake")
    for rubbish in (b"", b"\xff" * 100, b"\x0a" * 5000, bytes(100_000)):
        dealer.send(rubbish)
    dealer.close(linger=500)
    request = clinic.envelope("ReadPerson", {"crn": "X000000"}, NORTH, actor=PRACTITIONER)
    request.body = b"\xff\xff\xff"
    reply, = clinic.exchange(local.endpoint("intake"), "intake", [request])
    assert messages.Code.Name(reply.problem.code) == "INVALID"
    assert intake(local, clinic, "ReadPerson", {"crn": people.register(local)[0]}).code == "OK"


def test_an_unknown_key_gets_nothing(local, clinic, tmp_path):
    shutil.copytree(local.home / "keys", tmp_path / "keys")
    public, secret = zmq.curve_keypair()
    (tmp_path / "keys" / "stranger.curve").write_bytes(secret)
    (tmp_path / "keys" / "stranger.sign").write_text((local.home / "keys" / "clinic.sign").read_text())
    with Bus(tmp_path / "keys", "stranger") as stranger:
        with pytest.raises(TimeoutError):
            intake(local, stranger, "ReadPerson", {"crn": "X000000"}, seconds=2)
        people.register(local)
        assert list(stranger.subscribe(local.publishes("intake"), "intake", seconds=3)) == []
    assert intake(local, clinic, "ReadPerson", {"crn": people.register(local)[0]}).code == "OK"


def test_a_foreign_service_hears_events_without_a_gap(local, clinic):
    heard, wanted = {}, None
    for published in clinic.subscribe(local.publishes("intake"), "intake", seconds=15):
        if published.area != NORTH:
            continue
        if wanted is None and not published.list.events:  # a heartbeat: the subscription is up
            wanted = [people.register(local)[0] for _ in range(5)]
            continue
        first = published.last - len(published.list.events) + 1
        heard.update({first + i: event for i, event in enumerate(published.list.events)})
        if wanted and sum(event.type == "EngagementOpened" for event in heard.values()) >= 5:
            break
    opened = [messages.EngagementOpened.FromString(e.body).crn for _, e in sorted(heard.items()) if e.type == "EngagementOpened"]
    assert opened == wanted
    numbers = sorted(number for number, event in heard.items() if event.type in ("PersonRegistered", "EngagementOpened"))
    assert numbers == list(range(numbers[0], numbers[0] + 10))
    assert {event.actor for event in heard.values()} == {"N01A001"}
