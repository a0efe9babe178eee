"""A mentor greets somebody at their first appointment: asked for, booked, declined, booked anew, moved, through the HTTP
door."""

import pytest

import people
from stack import wait_for

pytestmark = pytest.mark.same_everywhere


class Story:
    """What one chapter hands to the next."""


@pytest.fixture(scope="module")
def story(operator):
    s = Story()
    s.appointment, s.moved, s.declines, s.greets = (people.new_id() for _ in range(4))
    s.crn, s.engagement = people.register(operator, mentoring={"conflictsChecked": True})
    s.telephone = people.new_telephone()
    operator.made(f"/mentors/{s.declines}", people.mentor())
    greets = people.mentor()
    greets["personal"]["telephone"] = s.telephone
    operator.made(f"/mentors/{s.greets}", greets)
    s.as_declines = operator.token_for(s.declines, "mentor")
    s.as_greets = operator.token_for(s.greets, "mentor")
    s.as_practitioner = operator.token_for("N01A001", "practitioner")
    return s


def task(stack, appointment):
    """The open task that somebody is to be booked for that appointment; None: there is none."""
    after = ""
    while True:
        part = stack.get(f"/matching-tasks?limit=200&after={after}").json
        for one in part.get("tasks", []):
            if one["id"] == f"booking-{appointment}":
                return one
        after = part.get("next", "")
        if not after:
            return None


def meetings(stack, token):
    return stack.get("/my-meetings", token=token).json.get("meetings", [])


def test_chapter_1_an_appointment_that_asks_for_a_greeter_is_a_task(operator, story):
    first = people.appointment(story.engagement, minutes=2000, mentorRole="GREETER")
    assert operator.put(f"/appointments/{story.appointment}", first, token=story.as_practitioner).status == 201
    asked = wait_for(lambda: task(operator, story.appointment))
    assert (asked["kind"], asked["crn"]) == ("BOOKING_NEEDED", story.crn)


def test_chapter_2_who_is_booked_sees_when_and_where_and_a_given_name_and_nothing_else(operator, story):
    path = f"/appointments/{story.appointment}/booking"
    wrong = operator.put(path, {"mentorId": story.declines, "role": "ONE_TO_ONE"})
    assert wrong.json["errors"][0]["pointer"] == "/role"
    booked = operator.put(path, {"mentorId": story.declines, "role": "GREETER"})
    assert booked.status == 201 and booked.json["state"] == "BOOKED"
    assert task(operator, story.appointment) is None
    seen = operator.get("/my-meetings", token=story.as_declines)
    meeting, = seen.json["meetings"]
    assert (meeting["givenName"], meeting["place"], meeting["mentorRole"]) == ("Siân", "the civic centre", "GREETER")
    assert story.crn not in seen.text and "O'Dŵr" not in seen.text
    assert operator.get("/my-people", token=story.as_declines).json.get("people", []) == []
    for closed in (f"/my-people/{story.crn}", f"/people/{story.crn}", f"/appointments/{story.appointment}", path,
                   f"/people/{story.crn}/notes", f"/people/{story.crn}/bookings"):
        answer = operator.get(closed, token=story.as_declines)
        assert answer.status == 404 or answer.json.get("notes", []) == [], closed
    assert operator.get(f"/mentors/{story.declines}").json.get("placesTaken", 0) == 0
    url = operator.post("/my-calendar-link", {}, token=story.as_declines).json["url"]
    feed = operator.call("GET", url.partition("/v1/areas/demo-north")[2], token="")
    assert story.appointment in feed.text and "Siân" not in feed.text and story.crn not in feed.text


def test_chapter_3_declining_leaves_a_task_and_another_is_booked_by_the_practitioner(operator, story):
    path = f"/appointments/{story.appointment}/booking"
    assert operator.post(f"{path}/decline", {}, token=story.as_greets).status == 404
    declined = operator.post(f"{path}/decline", {}, token=story.as_declines)
    assert declined.status == 200 and story.crn not in declined.text
    assert task(operator, story.appointment)["mentorId"] == story.declines
    assert meetings(operator, story.as_declines) == []
    assert operator.put(path, {"mentorId": story.declines, "role": "GREETER"}).status == 422
    booked = operator.put(path, {"mentorId": story.greets, "role": "GREETER"}, token=story.as_practitioner)
    assert booked.status == 200 and booked.json["bookedBy"] == "N01A001"
    assert task(operator, story.appointment) is None
    listed, = operator.get(f"/people/{story.crn}/bookings", token=story.as_practitioner).json["bookings"]
    assert (listed["id"], listed["mentorId"]) == (story.appointment, story.greets)


def test_chapter_4_the_booking_moves_with_the_appointment_and_ends_with_it(operator, story):
    new = {"id": story.moved, **people.appointment(story.engagement, minutes=3000)}
    moved = operator.post(f"/appointments/{story.appointment}/reschedule", {"appointment": new, "why": "the room is taken"},
                          token=story.as_practitioner)
    assert moved.status in (200, 201), moved.text
    assert wait_for(lambda: [one["appointmentId"] for one in meetings(operator, story.as_greets)] == [story.moved])
    assert operator.get(f"/appointments/{story.appointment}/booking").json["state"] == "BOOKING_MOVED"
    assert operator.post(f"/appointments/{story.moved}/cancel", {"why": "an invented reason"},
                         token=story.as_practitioner).status == 200
    assert wait_for(lambda: operator.get(f"/appointments/{story.moved}/booking").json["state"] == "BOOKING_CANCELLED")
    assert meetings(operator, story.as_greets) == [] and task(operator, story.moved) is None


def test_chapter_5_the_mentor_was_told_each_time_and_never_what_it_was(outbox, story):
    def told():
        messages = outbox.messages_to(story.telephone)
        return messages if len(messages) == 3 else None  # booked, moved, cancelled

    for message in wait_for(told):
        text = str(message)
        assert "something in your meetings is new or has changed" in text and "/mentor" in text
        assert story.crn not in text and "Siân" not in text and "civic" not in text


def test_chapter_6_the_person_is_given_that_they_were_to_be_greeted_and_not_by_whom(operator, story):
    as_officer = operator.token_for("R01A001", "records-officer")
    given = operator.get(f"/people/{story.crn}/subject-access", token=as_officer)
    bookings = [one["booking"] for one in given.json["records"] if "booking" in one]
    assert {one["id"] for one in bookings} == {story.appointment, story.moved}
    assert all("mentorId" not in one for one in bookings)


def test_chapter_7_the_report_says_how_many_were_greeted_at_their_first_appointment(operator):
    practitioner = f"N01B{people.new_crn()[-3:]}"
    for _ in range(5):
        _, engagement = people.register(operator, practitioner=practitioner)
        first = people.new_id()
        operator.made(f"/appointments/{first}", people.appointment(engagement, mentorRole="GREETER"))
        operator.made(f"/sessions/{people.new_id()}",
                      people.session(engagement, appointmentId=first, mentorRole="GREETER",
                                     participants=["PERSON", "PRACTITIONER", "MENTOR"]))
    as_manager = operator.token_for("G01A001", "manager")

    def greeted():
        report = operator.get("/reports/greetings?by=practitioner", token=as_manager).json
        names = [column["name"] for column in report["columns"]]
        rows = [dict(zip(names, row["values"])) for row in report.get("rows", [])]
        return [row["greeted"] for row in rows if row["practitioner"] == practitioner] == ["5"]

    assert wait_for(greeted)
