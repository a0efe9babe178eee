"""The rights of the person: their own record, corrections, subject access, and erasure that no backup undoes."""

import json
import shutil
import time

import pytest

import people
from stack import NORTH, SOUTH, wait_for
from test_safeguarding import Case, lead_token

pytestmark = pytest.mark.trust

LONG_AUDIT = 60_000  # entries of the stream: more than one part of an answer goes through

TOLD_CANARY, UNTOLD_CANARY, NOTE_CANARY = "canary-told-Zwyqqx", "canary-untold-Zwyqqx", "canary-note-Zwyqqx"

pytestmark = pytest.mark.trust


@pytest.fixture(scope="module")
def officer(breakable):
    return breakable.token_for("officer.one", "records-officer")


def a_story(stack):
    """A person with a session that was amended, and an appointment whose reminders wait."""
    crn, engagement = people.register(stack, restricted=["N09Z999"])
    session, appointment = people.new_id(), people.new_id()
    stack.made(f"/sessions/{session}", people.session(
        engagement, narrative={"text": "Talked about <b>the flat</b>."}, goal="find a flat",
        measures=[{"name": "alliance", "from": "PERSON", "value": 5.5},
                  {"name": "alliance", "from": "PRACTITIONER", "value": 3}]))
    amended = {**people.session(engagement), "narrative": {"text": "Talked about the new flat."}}
    answer = stack.post(f"/sessions/{session}/amend", {"session": amended, "why": "it was the new one"},
                        headers={"If-Match": '"1"'})
    assert answer.status == 200, answer.text
    stack.made(f"/appointments/{appointment}", people.appointment(engagement, minutes=3 * 24 * 60))
    assert wait_for(lambda: stack.get(f"/appointments/{appointment}/reminders").status == 200)
    return crn, engagement, session, appointment


def collected(stack, crn, officer, **more):
    return stack.get(f"/people/{crn}/subject-access", token=officer, **more)


def test_a_person_reads_themselves_and_nobody_else(breakable):
    crn, engagement, session, appointment = a_story(breakable)
    own = breakable.token_for(crn, "person")
    read = breakable.get(f"/people/{crn}", token=own)
    assert read.status == 200 and read.json["personal"]["givenName"] == "Siân" and "restricted" not in read.json
    for path in (f"/people/{crn}/engagements", f"/people/{crn}/appointments", f"/people/{crn}/sessions",
                 f"/engagements/{engagement}", f"/appointments/{appointment}", f"/sessions/{session}"):
        assert breakable.get(path, token=own).status == 200, path
    seen = breakable.get(f"/sessions/{session}", token=own).json
    assert "narrative" not in seen and all(m["from"] == "PERSON" for m in seen.get("measures", []))
    other, _ = people.register(breakable)
    for path in (f"/people/{other}", f"/people/{other}/sessions"):
        assert breakable.get(path, token=own).status == 404


def test_a_correction_is_proposed_by_the_person_and_answered_by_the_officer(breakable, officer):
    crn, _, _, _ = a_story(breakable)
    own, correction = breakable.token_for(crn, "person"), people.new_id()
    body = {"crn": crn, "about": "telephone", "wrong": {"text": "It is my old number."}, "shouldSay": {"text": "My new one."}}
    made = breakable.put(f"/corrections/{correction}", body, token=own)
    assert made.status == 201, made.text
    assert made.json["dueAt"] > made.json["proposedAt"]
    assert breakable.put(f"/corrections/{correction}", body, token=own).status == 200
    waiting = breakable.get("/corrections", token=officer).json["corrections"]
    assert correction in [c["id"] for c in waiting]
    answer = breakable.post(f"/corrections/{correction}/answer", {"state": "CORRECTION_ACCEPTED", "reason": "You are right."},
                            token=officer, headers={"If-Match": '"1"'})
    assert answer.status == 200, answer.text
    assert breakable.get(f"/corrections/{correction}", token=own).json["reason"]["text"] == "You are right."
    waiting = breakable.get("/corrections", token=officer).json.get("corrections", [])
    assert correction not in [c["id"] for c in waiting]


def test_subject_access_has_what_every_service_holds_and_says_what_was_left_out(breakable, officer, tmp_path, browser):
    crn, _, session, appointment = a_story(breakable)
    assert breakable.get(f"/people/{crn}/subject-access").status == 404
    assert wait_for(lambda: any("reported" in r for r in collected(breakable, crn, officer).json["records"]))
    records = collected(breakable, crn, officer).json["records"]
    assert {"intake", "reminders", "reporting"} <= {r["service"] for r in records}
    of = {kind: [r[kind] for r in records if kind in r] for kind in ("session", "sessionVersion", "reminders", "person")}
    assert of["session"][0]["narrative"]["text"] == "Talked about the new flat."
    assert of["sessionVersion"][0]["session"]["narrative"]["text"] == "Talked about <b>the flat</b>."
    assert of["reminders"][0]["appointmentId"] == appointment
    person = next(r for r in records if "person" in r)
    assert person["withheld"] == [{"what": "restricted", "reason": "THIRD_PARTY"}] and "N09Z999" not in str(records)
    said = breakable.run("sar", "--area", NORTH, "--out", tmp_path, crn, token=officer)
    assert said.returncode == 0, said.stderr
    assert (tmp_path / f"{crn}.json").stat().st_mode & 0o077 == 0
    browser.get(f"file://{tmp_path}/{crn}.html")
    shown = browser.find_element("tag name", "body").text
    assert crn in shown and "Talked about <b>the flat</b>." in shown and "THIRD_PARTY" in shown
    assert not browser.find_elements("tag name", "b")
    assert session in shown


def test_nothing_is_held_about_somebody_who_is_not_there(breakable, officer):
    assert collected(breakable, people.new_crn(), officer).status == 204


def test_a_legal_hold_prevents_erasure_until_it_is_lifted(breakable, officer):
    crn, _ = people.register(breakable)
    hold = f"/people/{crn}/legal-hold"
    assert breakable.post(hold, {"reason": "an appeal"}, token=officer).status == 201
    assert breakable.post(f"/people/{crn}/erase", {"reason": "asked for"}, token=officer).status == 422
    assert breakable.get(f"/people/{crn}").status == 200
    shown = breakable.run("audit", "show", "--area", NORTH, crn).stdout
    assert any(f"RequestErasure of {crn}: REFUSED_BY_RULE" in line for line in shown.splitlines()), shown
    assert breakable.post(f"{hold}/lift", {"reason": "it is over"}, token=officer).status == 200
    assert breakable.post(f"/people/{crn}/erase", {"reason": "asked for"}, token=officer).status == 201
    assert wait_for(lambda: breakable.get(f"/people/{crn}").status == 404)


def traces(stack, crn, *ids):
    """Keys in the store, and members of its indexes and timers, that name the person or one of those ids."""
    store, found = stack.redis(), []
    for key in store.scan_iter(f"{{{NORTH}}}:*", 1000):
        names = [key]
        if store.type(key) == b"zset":
            names += store.zrange(key, 0, -1)
        found += [name for name in names if any(word.encode() in name for word in (crn, *ids))]
    return found


def test_an_erased_person_stays_erased_when_an_older_backup_is_restored(breakable, officer):
    stack = breakable
    crn, engagement, session, appointment = a_story(stack)
    ids = (engagement, session, appointment)
    backup = stack.home / "backup"
    assert traces(stack, crn, *ids)
    stack.stop()
    shutil.copytree(stack.home / "redis", backup)
    stack.start()
    asked = stack.run("erase", "--area", NORTH, "--reason", "asked for", crn, token=officer)
    assert asked.returncode == 0, asked.stderr
    assert wait_for(lambda: stack.get(f"/people/{crn}").status == 404)
    assert wait_for(lambda: not traces(stack, crn, *ids)), traces(stack, crn, *ids)
    log = (stack.home / "destroyed" / "destroyed.log").read_text()
    assert crn not in log and "BY_REQUEST RECORDS_OFFICER" in log
    stack.stop()
    shutil.rmtree(stack.home / "redis")
    shutil.copytree(backup, stack.home / "redis")
    stack.start()
    assert traces(stack, crn, *ids)
    for path in (f"/people/{crn}", f"/sessions/{session}", f"/appointments/{appointment}", f"/people/{crn}/sessions",
                 f"/appointments/{appointment}/reminders"):
        assert stack.get(path).status == 404, path
    assert collected(stack, crn, officer).status == 204
    assert stack.put(f"/people/{crn}", people.person(crn)).status == 422
    assert stack.run("erase", "--area", NORTH, "--due", token=officer).returncode == 0
    assert wait_for(lambda: not traces(stack, crn, *ids)), traces(stack, crn, *ids)
    assert stack.get("/people").status == 200 and stack.get("/people", area=SOUTH).status == 200


def looks_in(bundle):
    return [r["look"] | {"service": r["service"]} for r in bundle["records"] if "look" in r]


class Confided(Case):
    """A person whose mentor has written a note and raised two disclosures; the person was told of one of them."""

    def __init__(self, stack):
        super().__init__(stack)
        self.note, self.told, self.untold = people.new_id(), people.new_id(), people.new_id()
        stack.made(f"/notes/{self.note}", {"crn": self.crn, "text": {"text": NOTE_CANARY}}, token=self.token)
        for answer in (self.raises(self.told, extract={"text": TOLD_CANARY}),
                       self.raises(self.untold, extract={"text": UNTOLD_CANARY}, told="NO",
                                   untoldWhy={"text": "He would hit her."})):
            assert answer.status == 201, answer.text

    def close(self, disclosure, **more):
        lead = lead_token(self.stack)
        for path, body in (("acknowledge", {}), ("close", more)):
            if path == "close":
                act = {"kind": "POLICE_TOLD"}
                done = self.stack.put(f"/disclosures/{disclosure}/actions/{people.new_id()}", act, token=lead)
                assert done.status == 201, done.text
            answer = self.stack.post(f"/disclosures/{disclosure}/{path}", body, token=lead)
            assert answer.status == 200, answer.text

    def close_both(self):
        self.close(self.told)
        self.close(self.untold, untoldReview={"text": "It was right not to."})

    def paths(self):
        """What their mentor and a lead may read, with whose token."""
        return [(f"/notes/{self.note}", self.token), (f"/disclosures/{self.told}", lead_token(self.stack)),
                (f"/disclosures/{self.untold}", lead_token(self.stack)), (f"/my-people/{self.crn}", self.token)]


@pytest.fixture(scope="module")
def confided(breakable):
    return Confided(breakable)


def test_the_person_is_given_what_they_know_of_and_nothing_tells_them_of_the_rest(breakable, officer, confided, tmp_path):
    answer = collected(breakable, confided.crn, officer)
    note, = (r for r in answer.json["records"] if "note" in r)
    assert note["service"] == "mentoring" and note["note"]["writtenAt"] and "text" not in note["note"]
    assert {"what": "text", "reason": "IN_CONFIDENCE"} in note["withheld"]
    told, = (r for r in answer.json["records"] if "disclosure" in r)
    assert told["disclosure"]["id"] == confided.told and told["disclosure"]["kind"] == "RISK_TO_CHILD"
    assert {"what": "extract", "reason": "SERIOUS_HARM"} in told["withheld"]
    for word in (NOTE_CANARY, TOLD_CANARY, UNTOLD_CANARY, confided.untold):
        assert word not in answer.text
    assert confided.mentor not in json.dumps([note, told])
    confided.close_both()
    answer = collected(breakable, confided.crn, officer)
    told, = (r for r in answer.json["records"] if "disclosure" in r)
    assert told["disclosure"]["extract"]["text"] == TOLD_CANARY and UNTOLD_CANARY not in answer.text


def test_the_bundle_says_in_which_role_and_for_which_purpose_somebody_looked(breakable, officer, confided, tmp_path):
    crn = confided.crn
    read = breakable.get(f"/people/{crn}", headers={"Purpose": "case-review"},
                         token=breakable.token_for("N01A001", "practitioner"))
    assert read.status == 200
    assert breakable.get(f"/people/{crn}", token=lead_token(breakable)).status == 200
    said = breakable.run("sar", "--area", NORTH, "--out", tmp_path, crn, token=officer)
    assert said.returncode == 0, said.stderr
    for bundle in (json.loads((tmp_path / f"{crn}.json").read_text()), collected(breakable, crn, officer).json):
        looks = looks_in(bundle)
        assert any(k["message"] == "ReadPerson" and k["roles"] == ["PRACTITIONER"] and k["purpose"] == "case-review"
                   for k in looks)
        given = [k for k in looks if k["message"] == "CollectRecords"]
        assert given and all(k["recipient"] == "person" and k["operation"] == "DISCLOSURE" for k in given)
        assert not any(k["service"] == "safeguarding" or "SAFEGUARDING_LEAD" in k.get("roles", []) for k in looks)
        assert "N01A001" not in json.dumps(looks)
    document = (tmp_path / f"{crn}.html").read_text()
    assert "case-review" in document and "the mentor can show it" in document and UNTOLD_CANARY not in document
    shown = breakable.run("audit", "show", "--area", NORTH, crn).stdout
    assert f"CollectRecords of {crn}" in shown and f" to person {crn}" in shown and " to on-call" in shown


def lengthen_audit(stack, n):
    """Appends so many entries to the area's audit as it would have after years: the last one over and over."""
    store, key = stack.redis(), f"{{{NORTH}}}:audit"
    (_, fields), = store.xrevrange(key, count=1)
    last = store.incrby(f"{key}-sequence", n)
    for first in range(last - n + 1, last + 1, 1000):
        with store.pipeline(transaction=False) as pipe:
            for sequence in range(first, min(first + 1000, last + 1)):
                pipe.xadd(key, fields, id=f"{sequence}-0")
            pipe.execute()


def test_a_long_audit_is_gone_through_to_its_end_and_every_look_is_given_once(breakable, officer):
    crn, _ = people.register(breakable)
    other, _ = people.register(breakable)
    reader = breakable.token_for("N01A001", "practitioner")
    for n in range(3):
        assert breakable.get(f"/people/{crn}", headers={"Purpose": f"look-{n}"}, token=reader).status == 200
        assert breakable.get(f"/people/{other}", token=reader).status == 200
        lengthen_audit(breakable, LONG_AUDIT // 3)
    begun = time.monotonic()
    answer = collected(breakable, crn, officer)
    assert answer.status == 200 and time.monotonic() - begun < 20
    given = [k["purpose"] for k in looks_in(answer.json) if k["message"] == "ReadPerson"]
    assert given == ["look-0", "look-1", "look-2"]


def test_whoever_has_an_open_disclosure_is_not_erased(breakable, officer):
    one = Confided(breakable)
    refused = breakable.post(f"/people/{one.crn}/erase", {"reason": "asked for"}, token=officer)
    assert refused.status == 422 and "safeguarding lead" in refused.text
    one.close(one.told)
    assert breakable.post(f"/people/{one.crn}/erase", {"reason": "asked for"}, token=officer).status == 422
    one.close(one.untold, untoldReview={"text": "It was right not to."})
    assert breakable.post(f"/people/{one.crn}/erase", {"reason": "asked for"}, token=officer).status == 201
    assert wait_for(lambda: breakable.get(f"/people/{one.crn}").status == 404)


def test_note_and_disclosures_of_an_erased_person_come_back_with_no_backup(breakable, officer):
    stack, one = breakable, Confided(breakable)
    one.close_both()
    ids, backup = (one.note, one.told, one.untold), stack.home / "backup-confided"
    assert all(stack.get(path, token=token).status == 200 for path, token in one.paths())
    stack.stop()
    shutil.copytree(stack.home / "redis", backup)
    stack.start()
    assert stack.post(f"/people/{one.crn}/erase", {"reason": "asked for"}, token=officer).status == 201
    assert wait_for(lambda: not traces(stack, one.crn, *ids), 30), traces(stack, one.crn, *ids)
    stack.stop()
    shutil.rmtree(stack.home / "redis")
    shutil.copytree(backup, stack.home / "redis")
    stack.start()
    assert traces(stack, one.crn, *ids)
    for path, token in one.paths():
        assert stack.get(path, token=token).status == 404, path
    assert collected(stack, one.crn, officer).status == 204
    mine = stack.get("/my-disclosures", token=one.token)
    assert mine.status == 200 and one.told not in mine.text
    assert stack.run("erase", "--area", NORTH, "--due", token=officer).returncode == 0
    assert wait_for(lambda: not traces(stack, one.crn, *ids), 30), traces(stack, one.crn, *ids)
