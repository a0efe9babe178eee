"""Who may read what, where confidential text is kept, and that every look is on record."""

import time

import pytest

import people
from bus import messages
from stack import NORTH, wait_for

pytestmark = pytest.mark.trust

CANARY = {"givenName": "Canaryddgwen", "familyName": "Canarysurname", "telephone": "+447700900987",
          "email": "canaryaddress@example.invalid", "safeContact": "canarysafecontact"}
NARRATIVE = "canarynarrative: what was said in confidence"


@pytest.fixture(scope="module")
def confided(stack):
    """A person with telling details and a session with a narrative: CRN, engagement, session."""
    crn, engagement, session = people.new_crn(), people.new_id(), people.new_id()
    stack.made(f"/people/{crn}", people.person(crn, personal=CANARY, mentoring={"wanted": True}))
    stack.made(f"/engagements/{engagement}", {"crn": crn, "pathway": "supervision"})
    stack.made(f"/sessions/{session}", people.session(engagement, narrative={"text": NARRATIVE}))
    return crn, engagement, session


@pytest.mark.parametrize("roles", ["manager", "operator", "mentor", "mentor-supervisor", "case-system"])
def test_a_role_that_may_not_read_people_learns_of_none(operator, confided, roles):
    token = operator.token_for("R01A001", roles)
    practitioner = operator.token_for("N01A001", "practitioner")
    crn, nobody = confided[0], people.new_crn()
    hidden, missing = (operator.get(f"/people/{who}", token=token) for who in (crn, nobody))
    usual = operator.get(f"/people/{nobody}", token=practitioner)
    assert hidden.status == missing.status == usual.status == 404 and "Canary" not in hidden.text
    assert hidden.json["detail"] == missing.json["detail"] == usual.json["detail"]
    assert hidden.json.keys() == missing.json.keys()


def test_what_is_about_nobodys_record_says_that_the_role_may_not(operator):
    assert operator.get("/reports/attendance", token=operator.token_for("N01A001", "practitioner")).status == 403
    assert operator.get("/alert-counts", token=operator.token_for("N01A001", "practitioner")).status == 403


def test_a_manager_reads_reports(operator):
    token = operator.token_for("R01A001", "manager")
    assert operator.get("/reports/attendance", token=token).status == 200


def test_a_practitioner_reads_no_report_of_managers_and_makes_no_offer(operator, confided):
    token = operator.token_for("N01A001", "practitioner")
    assert operator.get(f"/people/{confided[0]}/candidates", token=token).status == 404
    assert operator.put(f"/offers/{people.new_id()}", {"crn": confided[0], "mentorId": people.new_id()}, token=token).status == 404


def test_the_practitioner_reads_the_narrative_and_the_auditor_does_not(operator, confided):
    by_practitioner = operator.get(f"/sessions/{confided[2]}", token=operator.token_for("N01A001", "practitioner"))
    by_auditor = operator.get(f"/sessions/{confided[2]}", token=operator.token_for("U01A001", "auditor"))
    assert by_practitioner.json["narrative"]["text"] == NARRATIVE
    assert by_auditor.status == 200 and "canary" not in by_auditor.text


@pytest.mark.parametrize("who", ["N01A007", "N01A008"], ids=["excluded", "unrelated"])
def test_who_is_not_for_a_practitioner_is_told_no_more_than_not_found(operator, who):
    crn, engagement = people.register(operator, restricted=["N01A007"])
    token = operator.token_for(who, "practitioner")
    hidden, missing = operator.get(f"/people/{crn}", token=token), operator.get("/people/Q999999", token=token)
    assert (hidden.status, missing.status) == (404, 404)
    assert {k: v for k, v in hidden.json.items() if k != "correlationId"} == \
           {k: v for k, v in missing.json.items() if k != "correlationId"}
    assert operator.get(f"/engagements/{engagement}", token=token).status == 404
    assert operator.put(f"/sessions/{people.new_id()}", people.session(engagement), token=token).status == 404
    assert crn not in operator.get("/people?limit=200", token=token).text


def test_a_person_reads_their_own_record_and_not_how_to_contact_them_safely(operator, confided):
    crn = confided[0]
    own = operator.get(f"/people/{crn}", token=operator.token_for(crn, "person"))
    assert own.status == 200 and own.json["personal"]["givenName"] == CANARY["givenName"]
    assert CANARY["safeContact"] not in own.text
    assert operator.get(f"/people/{crn}/appointments", token=operator.token_for(crn, "person")).status == 200
    assert operator.get(f"/people/{crn}", token=operator.token_for("Q999998", "person")).status == 404


def audit_of(stack, correlation_id, area=NORTH):
    """The audit entries that one request left."""
    wanted = bytes.fromhex(correlation_id)
    found = []
    for _, fields in stack.redis().xrevrange(f"{{{area}}}:audit", count=50):
        found += [e for e in messages.AuditList.FromString(fields[b"a"]).entries if e.correlation_id == wanted]
    return found


def audited(stack, answer):
    return wait_for(lambda: audit_of(stack, answer.headers["X-Correlation-Id"]), 5)


@pytest.mark.parametrize("kind", ["write", "read", "list"])
def test_every_write_and_every_read_leaves_an_audit_entry(local, confided, kind):
    crn = confided[0] if kind != "write" else people.new_crn()
    token = local.token_for("N01A001", "practitioner")
    answer = {"write": lambda: local.put(f"/people/{crn}", people.person(crn), token=token),
              "read": lambda: local.get(f"/people/{crn}", token=token),
              "list": lambda: local.get(f"/people/{crn}/sessions", token=token)}[kind]()
    assert answer.status in (200, 201)
    entry, = audited(local, answer)
    assert entry.actor == "N01A001" and crn in entry.subjects and entry.service == "intake"
    wanted = {"write": ("RegisterPerson", "COLLECTION"), "read": ("ReadPerson", "CONSULTATION"),
              "list": ("ListSessions", "CONSULTATION")}[kind]
    assert (entry.message, messages.Operation.Name(entry.operation)) == wanted
    assert abs(entry.at_ms / 1000 - time.time()) < 60


def test_ranking_mentors_is_a_combination_and_an_offer_a_disclosure(local, confided):
    token = local.token_for("C01A001", "coordinator")
    answer = local.get(f"/people/{confided[0]}/candidates", token=token)
    assert answer.status == 200
    entry = audited(local, answer)[0]
    assert messages.Operation.Name(entry.operation) == "COMBINATION" and confided[0] in entry.subjects


def test_what_a_mentor_hears_in_confidence_is_not_taken_from_a_practitioner(operator):
    """On the mentoring pathway the practitioner records and sees that contact took place, and nothing of what was said."""
    crn, engagement = people.register(operator, pathway="mentoring")
    session, token = people.new_id(), operator.token_for("N01A001", "practitioner")
    told = operator.put(f"/sessions/{session}", people.session(engagement, narrative={"text": "in confidence"}), token=token)
    assert told.status == 422 and told.json["errors"][0]["pointer"] == "/narrative"
    operator.made(f"/explanations/{people.new_id()}", people.explanation(engagement), token=token)
    assert operator.put(f"/sessions/{session}", people.session(engagement), token=token).status == 201
    seen = operator.get(f"/sessions/{session}", token=token).json
    assert (seen["crn"], seen["attendance"]["happened"]) == (crn, "HAPPENED") and "narrative" not in seen
