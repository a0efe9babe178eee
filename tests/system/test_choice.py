"""One person and the mentors: never, better and worse, the person's own choice, and why."""

import os

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

import people
from chromium import chromium, until
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


# --- the page

@pytest.fixture(scope="module")
def tablet():
    with chromium() as driver:
        driver.set_window_size(768, 1000)
        yield driver


def view(tablet):
    sections = tablet.find_elements(By.CSS_SELECTOR, "[data-view]")
    return [section.get_attribute("data-view") for section in sections if section.is_displayed()]


def until_view(tablet, name):
    until(tablet, lambda b: view(b) == [name], name)


def page_text(tablet):
    return tablet.find_element(By.TAG_NAME, "body").text


def press(tablet, what):
    tablet.find_element(By.CSS_SELECTOR, what).click()


def opened(tablet, stack, crn, token):
    """The page of this person, signed in by their link, in a tab of its own: no session is left in it."""
    tablet.switch_to.new_window("tab")
    tablet.get(f"{stack.url}/choice#demo-north/{crn}")
    until_view(tablet, "sign-in")
    tablet.find_element(By.ID, "token").send_keys(token)
    press(tablet, "#sign-in button")


def looked_at(tablet, name):
    """Fits telephones of any width and a tablet, with buttons for a thumb; and pictures for whoever asks for some."""
    folder = os.environ.get("ALONGSIDE_TEST_PICTURES")
    for width in (360, 1280, 768):
        tablet.set_window_size(width, 1000)
        sideways = tablet.execute_script("return document.documentElement.scrollWidth - window.innerWidth")
        assert sideways <= 0, f"{name} must not scroll sideways at {width}"
        if folder:
            tablet.save_screenshot(f"{folder}/choice-{name}-{width}.png")
    buttons = [button for button in tablet.find_elements(By.CSS_SELECTOR, "main button") if button.is_displayed()]
    small = [button.text for button in buttons if button.size["height"] < 44]
    assert not small, f"too small to press: {small}"


@pytest.fixture
def shown(operator):
    """A person who speaks Welsh and is shown three mentors: the CRN, and the mentors' ids."""
    place = f"place-{people.new_id()[:8]}"
    wish = {"wanted": True, "conflictsChecked": True, "experiences": ["custody"], "places": [place]}
    crn, _ = people.register(operator, mentoring=wish, language="WELSH")
    mentors = [people.new_id() for _ in range(3)]
    for mentor, name in zip(mentors, ("Gwen", "Idris", "Mair")):
        said = people.mentor(places=[place], remote=False)
        said["personal"]["givenName"] = name
        operator.made(f"/mentors/{mentor}", said)
    as_coordinator = operator.token_for("C01A001", "coordinator")
    answer = operator.put(f"/people/{crn}/choices", {"mentorIds": mentors}, token=as_coordinator)
    assert answer.status == 200, answer.text
    return crn, mentors


def read_choices(stack, crn):
    return stack.get(f"/people/{crn}/choices", token=stack.token_for("C01A001", "coordinator")).json


def test_beside_a_practitioner_a_person_ranks_two_in_their_own_language(operator, shown, tablet):
    crn, mentors = shown
    opened(tablet, operator, crn, operator.token_for("N01A001", "practitioner"))
    until_view(tablet, "choose")
    assert tablet.execute_script("return document.documentElement.lang") == "cy"
    assert "Wedi bod drwy hyn hefyd: carchar" in page_text(tablet)
    looked_at(tablet, "choose")
    press(tablet, "#save")
    assert "Pwyswch y mentor" in tablet.find_element(By.ID, "error").text, "nothing was chosen yet"
    buttons = tablet.find_elements(By.CSS_SELECTOR, "#mentors button")
    for wanted in (0, 2, 1, 0):  # the first is let go again
        buttons[wanted].click()
    assert [b.get_attribute("aria-pressed") for b in buttons] == ["false", "true", "true"]
    assert buttons[2].text == "Eich dewis cyntaf: Mair"
    assert not tablet.find_element(By.ID, "error").is_displayed()
    looked_at(tablet, "chosen")
    press(tablet, "#save")
    until_view(tablet, "done")
    assert [item.text for item in tablet.find_elements(By.CSS_SELECTOR, "#chosen li")] == [
        "Eich dewis cyntaf: Mair", "Eich ail ddewis: Idris"]
    looked_at(tablet, "done")
    assert [c.get("rank", 0) for c in read_choices(operator, crn)["choices"]] == [0, 2, 1]
    assert not tablet.get_log("browser")


def test_a_person_says_no_to_all_of_them_and_reads_that_it_costs_nothing(operator, shown, tablet):
    crn, _ = shown
    opened(tablet, operator, crn, operator.token_for(crn, "person"))
    until_view(tablet, "choose")
    press(tablet, "#language")
    press(tablet, "#none")
    until_view(tablet, "declining")
    assert "Saying no costs you nothing" in page_text(tablet)
    looked_at(tablet, "declining")
    assert not read_choices(operator, crn).get("declined")
    press(tablet, "#decline")
    until_view(tablet, "done")
    assert "You do not want any of these mentors." in page_text(tablet)
    looked_at(tablet, "declined")
    assert read_choices(operator, crn)["declined"]
    press(tablet, "#sign-out")
    until_view(tablet, "sign-in")
    assert "Mair" not in tablet.page_source and crn not in tablet.find_element(By.ID, "main").get_attribute("innerHTML")


def test_with_the_keyboard_alone_a_person_chooses(operator, shown, tablet):
    crn, mentors = shown
    opened(tablet, operator, crn, operator.token_for(crn, "person"))
    until_view(tablet, "choose")
    assert tablet.switch_to.active_element.tag_name == "h1"
    for keys in (Keys.TAB + Keys.SPACE, Keys.TAB * 3 + Keys.ENTER):
        ActionChains(tablet).send_keys(keys).perform()
    until_view(tablet, "done")
    assert [c.get("rank", 0) for c in read_choices(operator, crn)["choices"]] == [1, 0, 0]


def test_the_page_of_somebody_else_says_nothing(operator, shown, tablet):
    crn, _ = shown
    opened(tablet, operator, crn, operator.token_for(people.new_crn(), "person"))
    until(tablet, lambda b: b.find_element(By.ID, "error").text)
    assert view(tablet) == ["sign-in"] and "Gwen" not in tablet.page_source


def test_without_a_link_the_page_asks_whose_choice_it_is(operator, shown, tablet):
    crn, _ = shown
    opened(tablet, operator, "", operator.token_for("N01A001", "practitioner"))
    until_view(tablet, "person")
    looked_at(tablet, "person")
    tablet.find_element(By.ID, "crn").send_keys("12")
    press(tablet, "#person button")
    assert "a letter and six digits" in tablet.find_element(By.ID, "error").text
    tablet.find_element(By.ID, "crn").clear()
    tablet.find_element(By.ID, "crn").send_keys(crn.lower())
    press(tablet, "#person button")
    until_view(tablet, "choose")
