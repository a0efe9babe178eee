"""The door's JSON is proto3's own: what it answers, Python's protobuf reads and writes the same."""

import json

import pytest
from google.protobuf import json_format

import people
from bus import messages

SUBJECT = {"givenName": "Siân", "familyName": "O'Dŵr-\"Llŷn\"\\\u2028", "telephone": "+447700900123",
           "email": "sian@example.invalid", "safeContact": "line one\nline two\t."}


def canonical(name, text):
    """The JSON as Python's protobuf has it, having read it into the message."""
    return json_format.MessageToDict(json_format.Parse(text, getattr(messages, name)()))


@pytest.fixture(scope="module")
def story(stack):
    """Every kind of record that can be read back: (message, path)."""
    crn, engagement, appointment, session, mentor = people.new_crn(), *(people.new_id() for _ in range(4))
    stack.made(f"/people/{crn}", people.person(crn, personal=SUBJECT, restricted=["N09A009"], mentoring={
        "wanted": True, "conflictsChecked": True, "experiences": ["custody", "alcohol"], "gender": "WOMAN", "languages": ["cy"],
        "availability": ["mon-am"], "places": ["Y Fenni"], "remote": True}))
    stack.made(f"/engagements/{engagement}", {"crn": crn, "pathway": "structured-supervision", "purpose": "a “purpose”"})
    stack.made(f"/appointments/{appointment}", people.appointment(engagement, minutes=3 * 24 * 60))
    stack.made(f"/sessions/{session}", people.session(
        engagement, goal="ask about the flat", narrative={"text": "ünïcödé 🙂 text\nin two lines"},
        startsAt="2026-03-02T10:00:00.125+01:00", endsAt="2026-03-02T10:45:00.5+01:00",
        measures=[{"name": "alliance", "from": "PERSON", "value": 6.75}, {"name": "alliance", "from": "PRACTITIONER", "value": 1}],
        components=[{"name": "engagement", "covered": True}, {"name": "shared-decision-making", "covered": True},
                    {"name": "case-management", "whyNot": "no time was left"}]))
    stack.made(f"/mentors/{mentor}", people.mentor(notWith=["X000001"], ownPractitioner="N01A005"))
    return [("Person", f"/people/{crn}"), ("People", "/people?practitioner=N01A001&limit=5"),
            ("Engagement", f"/engagements/{engagement}"), ("Engagements", f"/people/{crn}/engagements"),
            ("Appointment", f"/appointments/{appointment}"), ("Appointments", f"/people/{crn}/appointments"),
            ("Session", f"/sessions/{session}"), ("Sessions", f"/people/{crn}/sessions"),
            ("Mentor", f"/mentors/{mentor}"), ("Mentors", "/mentors?limit=3"), ("Candidates", f"/people/{crn}/candidates"),
            ("Report", "/reports/attendance")]


def test_what_the_door_answers_is_canonical_json(stack, story):
    for name, path in story:
        answer = stack.get(path)
        assert answer.status == 200, (path, answer.text)
        assert answer.json == canonical(name, answer.text), path


def test_what_python_writes_the_door_takes_in(stack):
    crn = people.new_crn()
    message = json_format.ParseDict(people.person(crn, personal=SUBJECT), messages.Person())
    text = json_format.MessageToJson(message)
    assert stack.put(f"/people/{crn}", text.encode()).status == 201
    read = json_format.Parse(stack.get(f"/people/{crn}").text, messages.Person())
    read.ClearField("crn")
    read.ClearField("registered_at")
    assert read == message


def test_names_as_in_proto_and_numbers_of_enumerations_are_taken_in_too(stack):
    crn = people.new_crn()
    message = json_format.ParseDict(people.person(crn), messages.Person())
    text = json_format.MessageToJson(message, preserving_proto_field_name=True, use_integers_for_enums=True)
    assert "given_name" in text and stack.put(f"/people/{crn}", text.encode()).status == 201
    assert stack.get(f"/people/{crn}").json["personal"]["givenName"] == "Siân"


def test_times_keep_their_moment_and_64_bit_numbers_are_texts(stack, story):
    session = stack.get(dict(story)["Session"]).json
    assert (session["startsAt"], session["endsAt"]) == ("2026-03-02T09:00:00.125Z", "2026-03-02T09:45:00.500Z")
    report = stack.get("/reports/attendance").json
    assert isinstance(report.get("sequence", "0"), str)


def test_the_description_of_the_interface_names_every_path_that_these_tests_use(stack, story):
    description = json.loads(stack.http("GET", "/openapi.json", token="").text)
    assert description["openapi"].startswith("3.")
    for path in ("/people/{crn}", "/sessions/{id}", "/reports/{name}", "/events", "/offers/{id}/accept"):
        assert any(p.endswith(path) for p in description["paths"]), path
