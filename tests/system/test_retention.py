"""Retention class by class: what is past its period goes by itself, a hold keeps it, and no backup brings it back."""

import pathlib
import shutil
import time

import pytest

import stack as stacks
from bus import messages
from stack import NORTH, wait_for
from test_rights import a_story, collected

pytestmark = pytest.mark.trust

DAY_S = 24 * 3600


@pytest.fixture(scope="module")
def signed():
    """A stack whose controller has signed rules off by which sessions are kept for as long as reminders."""
    if stacks.from_environment():
        pytest.skip("needs the processes of a stack on this machine")
    own = stacks.LocalStack()
    rules = own.home / "config" / "retention.yaml"
    text = rules.read_text()
    for was, becomes in (('signedOffBy: ""', "signedOffBy: The Invented Controller"),
                         ('signedOffOn: ""', "signedOffOn: 2026-03-01"),
                         ("class: session_record\n    keepDays: 2192", "class: session_record\n    keepDays: 366")):
        assert was in text
        text = text.replace(was, becomes)
    rules.write_text(text)
    try:
        yield own.start()
        denied = own.denied()
    finally:
        own.remove()
    assert not denied, f"Redis refused what an account has no right to: {denied}"


@pytest.fixture(scope="module")
def officer(signed):
    return signed.token_for("officer.one", "records-officer")


def set_back(stack, kind, name, field, days_ago):
    """A time in a record is that of so many days ago. The version stays: what is sealed is sealed for it."""
    store, key = stack.redis(), f"{{{NORTH}}}:{kind}:{name}"
    value = store.get(key)
    record = getattr(messages, kind).FromString(value[8:])
    getattr(record, field).seconds = int(time.time()) - days_ago * DAY_S
    store.set(key, value[:8] + record.SerializeToString())


def closed(stack, crn, engagement, days_ago):
    """The engagement is closed, and as if it had been so long ago; only the store can say that."""
    was = stack.get(f"/engagements/{engagement}")
    if "closedAt" not in was.json:
        answer = stack.post(f"/engagements/{engagement}/close", {"why": "it was done"},
                            headers={"If-Match": was.headers["ETag"]})
        assert answer.status == 200, answer.text
    set_back(stack, "Engagement", engagement, "closed_at", days_ago)
    set_back(stack, "Person", crn, "registered_at", days_ago + 1)
    stack.kill_and_wait("intake")  # what it remembers would hide the change


def swept(stack, officer):
    assert stack.run("erase", "--area", NORTH, "--due", token=officer).returncode == 0


def kinds(stack, crn, officer):
    """Of what kinds the records are that subject access gives."""
    answer = collected(stack, crn, officer)
    return {kind for record in answer.json["records"] for kind in record if kind not in ("service", "withheld")}


def test_a_class_goes_when_its_period_is_over_and_what_runs_on_is_untouched(signed, officer):
    crn, engagement, session, appointment = a_story(signed)
    closed(signed, crn, engagement, days_ago=300)
    swept(signed, officer)
    time.sleep(2)
    assert signed.get(f"/appointments/{appointment}/reminders").status == 200
    before = kinds(signed, crn, officer)
    assert {"person", "engagement", "appointment", "session", "sessionVersion", "reminders"} <= before
    closed(signed, crn, engagement, days_ago=400)
    swept(signed, officer)
    assert wait_for(lambda: signed.get(f"/appointments/{appointment}/reminders").status == 404)
    assert wait_for(lambda: signed.get(f"/sessions/{session}").status == 404)
    assert kinds(signed, crn, officer) == before - {"reminders", "session", "sessionVersion"} | {"disposal"}
    disposal, = (r["disposal"] for r in collected(signed, crn, officer).json["records"] if "disposal" in r)
    assert disposal["classes"] == ["SESSION_RECORD", "REMINDER_RECORD", "DELIVERY_RECORD"]
    for path in (f"/people/{crn}", f"/engagements/{engagement}", f"/appointments/{appointment}"):
        assert signed.get(path).status == 200, path
    shown = signed.run("audit", "show", "--area", NORTH, crn).stdout
    assert any("ERASURE" in line.upper() and "reminders" in line for line in shown.splitlines()), shown
    checked = signed.run("verify")
    assert checked.returncode == 0, checked.stdout
    assert not pathlib.Path(signed.home / "destroyed" / "destroyed.log").exists()


def test_a_hold_keeps_what_is_past_its_period_until_it_is_lifted(signed, officer):
    crn, engagement, _, appointment = a_story(signed)
    reminders, hold = f"/appointments/{appointment}/reminders", f"/people/{crn}/legal-hold"
    assert signed.post(hold, {"reason": "an appeal"}, token=officer).status == 201
    closed(signed, crn, engagement, days_ago=400)
    swept(signed, officer)
    time.sleep(2)
    assert signed.get(reminders).status == 200 and "disposal" not in kinds(signed, crn, officer)
    assert signed.post(f"{hold}/lift", {"reason": "it is over"}, token=officer).status == 200
    assert wait_for(lambda: signed.get(reminders).status == 404)


def test_what_an_older_backup_brings_back_of_a_class_goes_again(signed, officer):
    crn, engagement, _, appointment = a_story(signed)
    reminders, backup = f"/appointments/{appointment}/reminders", signed.home / "backup-class"
    signed.stop()
    shutil.copytree(signed.home / "redis", backup)
    signed.start()
    closed(signed, crn, engagement, days_ago=400)
    swept(signed, officer)
    assert wait_for(lambda: signed.get(reminders).status == 404)
    signed.stop()
    shutil.rmtree(signed.home / "redis")
    shutil.copytree(backup, signed.home / "redis")
    signed.start()
    assert signed.get(reminders).status == 200
    closed(signed, crn, engagement, days_ago=400)
    swept(signed, officer)
    assert wait_for(lambda: signed.get(reminders).status == 404)
    assert signed.get(f"/people/{crn}").status == 200


def test_the_person_goes_last_and_is_in_the_destruction_log_by_rule(signed, officer):
    crn, engagement, _, appointment = a_story(signed)
    closed(signed, crn, engagement, days_ago=2191)
    swept(signed, officer)
    assert wait_for(lambda: "disposal" in kinds(signed, crn, officer))
    assert signed.get(f"/appointments/{appointment}").status == 200
    closed(signed, crn, engagement, days_ago=2193)
    swept(signed, officer)
    assert wait_for(lambda: signed.get(f"/people/{crn}").status == 404)
    assert collected(signed, crn, officer).status == 204
    log = (signed.home / "destroyed" / "destroyed.log").read_text()
    assert crn not in log and "BY_RULE -" in log
