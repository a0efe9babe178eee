"""A person, two mentors and a coordinator, as one story from the waiting list to the goodbye: each at the page that is
theirs, on a telephone, a tablet or a desk; the mentors are told by e-mail, by a real SMTP server."""

import os
import re

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select

import people
from chromium import chromium, until
from stack import NORTH, wait_for
from test_mentor_sign_in import click, until_shown
from test_mentoring import choose, submit, until_view

PRACTITIONER, COORDINATOR, SUPERVISOR = "N33A033", "C33A033", "S33A033"
DESK, TABLET, PHONE = (1280, 900), (768, 1024), (390, 844)
SAID = "canarymatch: she listened"
pytestmark = pytest.mark.same_everywhere


class Story:
    """Who is in it, and what one chapter hands to the next."""

    def __init__(self, stack):
        self.place = f"Mill {people.new_id()[:8]}"
        self.as_practitioner = stack.token_for(PRACTITIONER, "practitioner")
        self.as_coordinator = stack.token_for(COORDINATOR, "coordinator")
        self.crn, self.engagement = people.new_crn(), people.new_id()
        self.as_person = stack.token_for(self.crn, "person")
        self.first, self.second = self.mentor(stack, "Gwen"), self.mentor(stack, "Idris")

    def mentor(self, stack, name):
        """One who is told by e-mail, and goes where nobody else of the area does: the id and the address."""
        mentor, address = people.new_id(), f"{name.lower()}-{people.new_id()[:8]}@example.invalid"
        personal = {"givenName": name, "familyName": "Invented", "email": address}
        goes = {"places": [self.place], "remote": False}
        said = people.mentor(personal=personal, channel="EMAIL", supervisor=SUPERVISOR, **goes)
        stack.made(f"/mentors/{mentor}", said, token=self.as_coordinator)
        return mentor, address


@pytest.fixture(scope="module")
def story(operator, outbox):
    return Story(operator)


@pytest.fixture(scope="module")
def desk():
    """The coordinator's."""
    with chromium() as driver:
        driver.set_window_size(*DESK)
        yield driver


@pytest.fixture(scope="module")
def phone():
    """One mentor's after the other's; and the practitioner's tablet."""
    with chromium() as driver:
        yield driver


def text_of(driver, what):
    return driver.find_element(By.CSS_SELECTOR, what).text


def until_text(driver, what, words):
    until(driver, lambda d: words in text_of(d, what))


def looked_at(driver, name, size):
    """Fits a small telephone as well as what it is made for; and a picture of both for whoever asks for pictures."""
    for width, height in ((360, 740), size):
        driver.set_window_size(width, height)
        sideways = driver.execute_script("return document.documentElement.scrollWidth - window.innerWidth")
        assert sideways <= 0, f"{name} must not scroll sideways at {width}"
        if folder := os.environ.get("ALONGSIDE_TEST_PICTURES"):
            whole = driver.execute_script("return document.documentElement.scrollHeight")
            driver.set_window_size(width, max(height, whole + 150))
            driver.save_screenshot(f"{folder}/match-{name}-{width}.png")
            driver.set_window_size(width, height)


def opened(driver, stack, page, token):
    """A page for which one signs in with a token."""
    driver.get("about:blank")
    driver.get(f"{stack.url}/{page}")
    until_view(driver, "sign-in")
    driver.find_element(By.ID, "token").send_keys(token)
    click(driver, "#sign-in button")


def back_at_the_list(desk):
    click(desk, "[data-view=person] [data-back]")
    until_view(desk, "list")


def finds(desk, story):
    desk.find_element(By.ID, "crn").send_keys(story.crn)
    click(desk, "#find button")
    until_view(desk, "person")


def confirmed(desk, button):
    button.click()
    desk.switch_to.alert.accept()


def button_of(driver, where, words):
    return next(b for b in driver.find_elements(By.CSS_SELECTOR, f"{where} button") if words in b.text)


def waiting_people(desk):
    """All of the list, however long: page after page."""
    while True:
        there = desk.find_elements(By.CSS_SELECTOR, "#waiting > li")
        more = desk.find_element(By.ID, "more-waiting")
        if not more.is_displayed():
            return there
        more.click()
        until(desk, lambda d: len(d.find_elements(By.CSS_SELECTOR, "#waiting > li")) > len(there))


def said_aloud(driver):
    return driver.find_element(By.ID, "status").get_attribute("textContent")


def tasks(desk, story):
    """What the cards say of what has to be decided about the story's person, by kind. Read in one go: they change."""
    cards = desk.execute_script("return [...document.querySelectorAll('#tasks > li')]"
                                ".map((card) => [card.dataset.kind, card.innerText])")
    return {kind: text for kind, text in cards if story.crn in text}


def mails_with(stack, address, words):
    return [m for m in stack.messages_to(address) if m["channel"] == "email" and words in m["text"]]


def link_in_mail(stack, address, page):
    mail = wait_for(lambda: mails_with(stack, address, f"/{page}#"), 20)[-1]
    return mail, re.search(r"https?://\S+", mail["text"])[0]


def test_chapter_1_who_asks_for_a_mentor_is_on_the_waiting_list(operator, story, desk):
    wish = {"wanted": True, "conflictsChecked": True, "experiences": ["custody"], "places": [story.place]}
    person = people.person(story.crn, practitioner=PRACTITIONER, mentoring=wish)
    operator.made(f"/people/{story.crn}", person, token=story.as_practitioner)
    engagement = {"crn": story.crn, "pathway": "mentoring"}
    operator.made(f"/engagements/{story.engagement}", engagement, token=story.as_practitioner)
    assert wait_for(lambda: story.crn in operator.get("/waiting-list?limit=200", token=story.as_coordinator).text, 20)
    opened(desk, operator, f"matching#{NORTH}", story.as_coordinator)
    until_view(desk, "list")
    assert story.crn in [card.text.split("\n")[0] for card in waiting_people(desk)]


def test_chapter_2_the_coordinator_shows_the_person_whom_to_choose_from(story, desk):
    button_of(desk, "#waiting", story.crn).click()
    until_view(desk, "person")
    assert "Siân" in text_of(desk, "#person-facts") and "Nobody was shown to them yet" in text_of(desk, "#person-facts")
    boxes = desk.find_elements(By.CSS_SELECTOR, "#candidates input")
    assert {box.get_attribute("value") for box in boxes} == {story.first[0], story.second[0]}
    looked_at(desk, "2-fits", DESK)
    for box in boxes:
        box.click()
    click(desk, "#show-choices > button")
    until_text(desk, "#person-facts", "They have not said yet")


def test_chapter_3_the_person_ranks_both_on_the_practitioners_tablet(operator, story, phone):
    phone.set_window_size(*TABLET)
    opened(phone, operator, f"choice#{NORTH}/{story.crn}", story.as_practitioner)
    until_view(phone, "choose")
    for name in ("Gwen", "Idris"):
        button_of(phone, "#mentors", name).click()
    looked_at(phone, "3-choice", TABLET)
    click(phone, "#save")
    until_view(phone, "done")
    assert text_of(phone, "#chosen") == "Your first choice: Gwen\nYour second choice: Idris"
    click(phone, "#sign-out")
    phone.set_window_size(*PHONE)


def test_chapter_4_the_coordinator_offers_the_person_to_their_first_choice(operator, story, desk):
    back_at_the_list(desk)
    finds(desk, story)
    assert "Gwen, Idris" in text_of(desk, "#person-facts")
    assert "The person’s first choice" in text_of(desk, "#candidates > li:first-child")
    confirmed(desk, button_of(desk, "#candidates > li:first-child", "Offer to Gwen"))
    until_text(desk, "#match-facts", "has not answered yet")
    looked_at(desk, "4-offered", DESK)
    made, = operator.get(f"/people/{story.crn}/offers", token=story.as_coordinator).json["offers"]
    assert (made["mentorId"], made["offeredBy"], made["chosen"]) == (story.first[0], COORDINATOR, 1)


def test_chapter_5_the_mentor_is_told_by_mail_that_names_nobody_and_declines(operator, story, phone):
    mail, link = link_in_mail(operator, story.first[1], "offer")
    assert not any(word in str(mail) for word in (story.crn, "Siân", "Dŵr"))
    phone.get(link)
    until_shown(phone, "offered")
    assert story.place in text_of(phone, "#wish")
    click(phone, "[data-goes=declining]")
    looked_at(phone, "5-decline", PHONE)
    click(phone, "[data-answers=decline]")
    until_shown(phone, "declined")


def test_chapter_6_the_coordinator_finds_the_next_candidate_and_offers_by_one_button(operator, story, desk):
    back_at_the_list(desk)
    until(desk, lambda d: "Next: Idris Invented" in tasks(d, story)["OFFER_DECLINED"])
    looked_at(desk, "6-tasks", DESK)
    button = button_of(desk, "#tasks", f"Offer {story.crn} to Idris")
    confirmed(desk, button)
    until(desk, lambda d: tasks(d, story) == {})
    assert said_aloud(desk) == f"{story.crn} is offered to Idris Invented."
    assert story.crn not in operator.get("/matching-tasks?limit=200", token=story.as_coordinator).text


def test_chapter_7_the_second_mentor_signs_in_and_accepts_on_their_own_page(operator, story, phone):
    assert link_in_mail(operator, story.second[1], "offer")
    as_supervisor = operator.token_for(SUPERVISOR, "mentor-supervisor")
    assert operator.post(f"/mentors/{story.second[0]}/sign-in-link", {}, token=as_supervisor).status == 204
    phone.get(link_in_mail(operator, story.second[1], "mentor")[1])
    until_shown(phone, "link")
    click(phone, "[data-state=link] [data-does=use]")
    until_shown(phone, "in")
    until(phone, lambda d: d.find_elements(By.CSS_SELECTOR, "#offers-list button"))
    click(phone, "#offers-list button")
    until_view(phone, "offer")
    click(phone, "[data-view=offer] .primary")
    until_view(phone, "offer-accept")
    submit(phone, "offer-accept")
    until_view(phone, "offer-done")
    assert text_of(phone, "#offer-done") == "You have accepted"


def test_chapter_8_the_introduction_is_recorded(operator, story, desk):
    finds(desk, story)
    assert "Accepted" in text_of(desk, "#match-facts") and not desk.find_element(By.ID, "fits").is_displayed()
    looked_at(desk, "8-match", DESK)
    click(desk, "#introduce button")
    assert text_of(desk, "#error") == "Say how they were introduced."
    Select(desk.find_element(By.ID, "introduced-how")).select_by_value("THREE_WAY_MEETING")
    click(desk, "#introduce button")
    until_text(desk, "#match-facts", f"by {COORDINATOR}")
    until(desk, lambda d: not d.find_element(By.ID, "introduce").is_displayed())


def began_after_the_match(phone):
    """The field has whole minutes, and what began before the acceptance is no contact of this match: the next one."""
    phone.execute_script("const next = new Date(Date.now() + 60000), zone = next.getTimezoneOffset() * 60000;"
                         "document.getElementById('began').value = new Date(next - zone).toISOString().slice(0, 16)")


def test_chapter_9_the_two_meet_and_the_mentor_records_it(operator, story, desk, phone):
    click(phone, "[data-view=offer-done] button")
    until_view(phone, "people")
    until(phone, lambda d: d.find_elements(By.CSS_SELECTOR, "#people button"))
    click(phone, "#people button")
    until_view(phone, "person")
    click(phone, "#go-explain")
    until_view(phone, "explain")
    choose(phone, "explain", "how", "ON_SCREEN")
    submit(phone, "explain")
    until_view(phone, "person")
    click(phone, "#go-contact")
    until_view(phone, "contact")
    began_after_the_match(phone)
    choose(phone, "contact", "came", "ON_TIME")
    submit(phone, "contact")
    until_view(phone, "person")
    match = f"/people/{story.crn}/offers"
    assert wait_for(lambda: "lastContactAt" in operator.get(match, token=story.as_coordinator).text)
    desk.refresh()
    until_view(desk, "list")


def test_chapter_10_while_the_mentor_is_away_another_covers_until_the_coordinator_ends_it(operator, story, desk):
    finds(desk, story)
    assert "Last met" in text_of(desk, "#match-facts")
    click(desk, "#cover button")
    assert text_of(desk, "#error") == "Choose who covers."
    Select(desk.find_element(By.ID, "cover-mentor")).select_by_value(story.first[0])
    desk.execute_script("document.getElementById('cover-until').valueAsNumber = Date.now() + 7 * 86400000;")
    click(desk, "#cover button")
    until_text(desk, "#match-facts", "by Gwen Invented until")
    as_gwen = operator.token_for(story.first[0], "mentor")
    assert story.crn in operator.get("/my-people", token=as_gwen).text
    click(desk, "#end-cover")
    until(desk, lambda d: "Gwen" not in text_of(d, "#match-facts"))
    assert story.crn not in operator.get("/my-people", token=as_gwen).text


def test_chapter_11_the_match_is_to_end_and_a_goodbye_is_due(story, desk):
    click(desk, "#ending")
    until_text(desk, "#match-facts", "the goodbye is due")
    back_at_the_list(desk)
    assert set(tasks(desk, story)) == {"GOODBYE_DUE"}


def test_chapter_12_it_ends_with_the_goodbye(operator, story, desk):
    button_of(desk, "#tasks", f"{story.crn}: a goodbye is due").click()
    until_view(desk, "person")
    looked_at(desk, "12-goodbye", DESK)
    confirmed(desk, desk.find_element(By.CSS_SELECTOR, "#goodbye .primary"))
    until_text(desk, "#match-facts", "Ended")
    assert "Goodbye" in text_of(desk, "#match-facts") and not desk.find_element(By.ID, "goodbye").is_displayed()
    assert operator.get(f"/mentors/{story.second[0]}", token=story.as_coordinator).json.get("placesTaken", 0) == 0
    back_at_the_list(desk)
    assert set(tasks(desk, story)) == {"FEEDBACK_DUE"}


def test_chapter_13_the_person_says_how_it_was_and_the_coordinator_reads_it(operator, story, desk):
    offers = operator.get(f"/people/{story.crn}/offers", token=story.as_coordinator).json["offers"]
    match, = (offer["id"] for offer in offers if offer["state"] == "ACCEPTED")
    said = {"matchId": match, "answers": [{"question": "HELPED", "value": 5}], "text": {"text": SAID}}
    assert operator.put(f"/feedback/{people.new_id()}", said, token=story.as_person).status == 201
    button_of(desk, "#tasks", f"{story.crn}: ask how it was").click()
    until_view(desk, "person")
    assert SAID in text_of(desk, "#feedback") and "It helped: 5 of 5" in text_of(desk, "#feedback")
    looked_at(desk, "13-feedback", DESK)
    back_at_the_list(desk)
    assert tasks(desk, story) == {}
    click(desk, "#sign-out")
    until_view(desk, "sign-in")
    assert SAID not in desk.page_source and story.crn not in text_of(desk, "body")
    assert not desk.get_log("browser")
