"""One person and the mentors: never, better and worse, the person's own choice, and why."""

import pytest

import people
from stack import wait_for

pytestmark = [pytest.mark.trust, pytest.mark.same_everywhere]


class Story:
    """Invented."""


@pytest.fixture(scope="module")
def story(operator):
    """A person who asks for company from somebody who was in prison, in a place of their own; and four mentors."""
    s = Story()
    place = f"place-{people.new_id()[:8]}"
    s.wish = {"wanted": True, "conflictsChecked": True, "experiences": ["custody"], "places": [place], "needs": ["arson"]}
    s.crn, _ = people.register(operator, mentoring=s.wish)
    s.suits, s.also, s.rather_not, s.paused = (people.new_id() for _ in range(4))
    for mentor in (s.suits, s.also, s.rather_not, s.paused):
        experiences = ["custody"] if mentor == s.suits else ["drugs"]
        operator.made(f"/mentors/{mentor}", people.mentor(experiences=experiences, places=[place], remote=False))
    s.as_person = operator.token_for(s.crn, "person")
    s.as_coordinator = operator.token_for("C01A001", "coordinator")
    return s


def candidates(operator, story):
    answer = operator.get(f"/people/{story.crn}/candidates?limit=100", token=story.as_coordinator)
    assert answer.status == 200, answer.text
    return answer.json


def test_chapter_1_who_is_left_out_and_what_nobody_else_reads(operator, story):
    mine = operator.token_for(story.rather_not, "mentor")
    said = operator.put(f"/mentors/{story.rather_not}/preferences", {"prefersNot": ["arson"]}, token=mine)
    assert said.status == 200 and said.json["prefersNot"] == ["arson"]
    assert operator.post(f"/mentors/{story.paused}/pause", {"why": "in hospital", "kind": "UNWELL"}).status == 200
    for mentor in (story.rather_not, story.paused):
        read = operator.get(f"/mentors/{mentor}", token=story.as_coordinator).text
        assert "arson" not in read and "hospital" not in read and "UNWELL" not in read
    found = candidates(operator, story)
    assert [c["mentorId"] for c in found["candidates"]] == [story.suits, story.also]
    first = {m["mentorId"]: m["code"] for m in found["excluded"]}
    assert (first[story.rather_not], first[story.paused]) == ("own_choice", "paused")
    assert sum(rule["first"] for rule in found["rules"]) == len(found["excluded"]) == found["mentors"] - 2


def test_chapter_2_each_score_and_lead_is_explained_in_full(operator, story):
    best, second = candidates(operator, story)["candidates"]
    for one in (best, second):
        assert sum(reason["points"] for reason in one["reasons"]) == one["score"]
    assert best["lead"] == best["score"] - second["score"] == sum(reason["points"] for reason in best["leadReasons"])
    why = operator.get(f"/people/{story.crn}/candidates/{story.also}", token=story.as_coordinator).json
    assert why["rank"] == 2 and why["behind"] == best["lead"] and not why.get("inTheWay")
    why_not = operator.get(f"/people/{story.crn}/candidates/{story.paused}", token=story.as_coordinator).json
    assert [rule["code"] for rule in why_not["inTheWay"]] == ["paused"] and why_not["inTheWay"][0]["change"]


def test_chapter_3_the_person_reads_and_chooses(operator, story):
    shown = operator.put(f"/people/{story.crn}/choices", {"mentorIds": [story.suits, story.also]}, token=story.as_coordinator)
    assert shown.status == 200, shown.text
    read = operator.get(f"/people/{story.crn}/choices", token=story.as_person)
    assert read.status == 200 and [c["givenName"] for c in read.json["choices"]] == ["Gwen", "Gwen"]
    assert "Has been through this too: prison" in read.json["choices"][0]["words"]
    assert "Invented" not in read.text and "score" not in read.text and "points" not in read.text
    chosen = operator.put(f"/people/{story.crn}/choice", {"ranked": [story.also]}, token=story.as_person)
    assert chosen.status == 204, chosen.text
    read = operator.get(f"/people/{story.crn}/choices", token=story.as_person).json
    assert [c.get("rank", 0) for c in read["choices"]] == [0, 1] and read["chosenAt"]
    found = candidates(operator, story)["candidates"]
    assert [c["mentorId"] for c in found] == [story.also, story.suits] and found[0]["chosen"] == 1


def test_chapter_4_a_named_human_offers_and_the_record_says_on_which_explanation(operator, story):
    offer = people.new_id()
    made = operator.put(f"/offers/{offer}", {"crn": story.crn, "mentorId": story.also}, token=story.as_coordinator)
    assert made.status == 201, made.text
    assert (made.json["offeredBy"], made.json["chosen"], made.json["rulesVersion"]) == ("C01A001", 1, 2)
    assert made.json["weightsVersion"] == candidates(operator, story)["weightsVersion"]
    mentor = operator.token_for(story.also, "mentor")
    assert operator.post(f"/offers/{offer}/accept", {}, token=mentor).status == 200
    ended = operator.post(f"/offers/{offer}/end", {"forCause": True, "why": "of a kind that is not said here"})
    assert ended.status == 200 and ended.json["endedForCause"]
    again = operator.get(f"/people/{story.crn}/candidates/{story.also}", token=story.as_coordinator).json
    assert [rule["words"] for rule in again["inTheWay"]] == ["The two must not meet."]


def test_chapter_5_what_other_weights_would_have_meant_names_nobody(operator, story):
    weights = {"version": "other", "experience": -100, "place": 6}
    seen = wait_for(lambda: operator.post("/weights/preview", weights, token=operator.token_for("M01A001", "manager")), 10)
    assert seen.status == 200, seen.text
    assert seen.json["previewed"] == "other" and seen.json["offers"] >= seen.json.get("compared", 0) >= 1
    assert story.crn not in seen.text and story.also not in seen.text
    refused = operator.post("/weights/preview", {**weights, "place": 101}, token=story.as_coordinator)
    assert refused.status == 422 or refused.status == 400
    assert refused.json["errors"][0]["pointer"] == "/place"
