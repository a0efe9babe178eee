"""The mentor's own page, signed in on a telephone: offers, meetings, a break, a calendar, and no connection."""

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

import people
from test_mentor_sign_in import Mentor, click, until_shown
from test_mentoring import looked_at, submit, until_view

pytestmark = pytest.mark.trust


@pytest.fixture
def mentor(outbox):
    return Mentor(outbox)


def offered(mentor):
    """A person who wants a mentor is offered to this one: the CRN, the engagement, the offer."""
    crn, engagement = people.register(mentor.stack, pathway="mentoring",
                                      mentoring={"wanted": True, "experiences": ["custody"], "remote": True})
    offer = people.new_id()
    mentor.stack.made(f"/offers/{offer}", {"crn": crn, "mentorId": mentor.id})
    return crn, engagement, offer


def signed_in(mentor, browser):
    browser.get(mentor.link())
    until_shown(browser, "link")
    click(browser, "[data-state=link] [data-does=use]")
    until_shown(browser, "in")


def until_there(browser, what):
    return WebDriverWait(browser, 10).until(lambda b: b.find_elements(By.CSS_SELECTOR, what))


def text_of(browser, what):
    return browser.find_element(By.CSS_SELECTOR, what).text


# --- offers

def test_a_mentor_lists_their_open_offers_without_a_name(mentor, operator):
    crn, _, offer = offered(mentor)
    answer = operator.get("/my-offers", token=operator.token_for(mentor.id, "mentor"))
    one, = answer.json["offers"]
    assert (one["id"], one["state"], one["experiences"]) == (offer, "OFFERED", ["custody"])
    assert crn not in answer.text and "Dŵr" not in answer.text and "Siân" not in str({**one, "mentorGivenName": ""})
    assert "offers" not in operator.get("/my-offers", token=operator.token_for(people.new_id(), "mentor")).json
    for role in ("coordinator", "practitioner", "manager", "operator", "mentor-supervisor"):
        assert operator.get("/my-offers", token=operator.token_for(mentor.id, role)).status == 404


def test_on_a_telephone_a_mentor_accepts_one_offer_and_declines_another(mentor, browser):
    (crn, _, first), (_, _, second) = offered(mentor), offered(mentor)
    signed_in(mentor, browser)
    assert len(until_there(browser, "#offers-list button")) == 2
    looked_at(browser, "offers")
    click(browser, "#offers-list button")
    until_view(browser, "offer")
    assert "Prison" in text_of(browser, "#offer-wish") and crn not in browser.page_source
    looked_at(browser, "offer")
    click(browser, "[data-view=offer] .primary")
    until_view(browser, "offer-accept")
    submit(browser, "offer-accept")
    until_view(browser, "offer-done")
    assert text_of(browser, "#offer-done") == "You have accepted"
    looked_at(browser, "offer-done")
    assert mentor.stack.get(f"/offers/{first}").json["state"] == "ACCEPTED"

    click(browser, "[data-view=offer-done] button")
    until_view(browser, "people")
    until_there(browser, "#people button")
    click(browser, "#language")
    click(browser, "#offers-list button")
    until_view(browser, "offer")
    looked_at(browser, "offer-welsh")
    click(browser, "[data-goes=offer-decline]")
    until_view(browser, "offer-decline")
    submit(browser, "offer-decline")
    until_view(browser, "offer-done")
    assert text_of(browser, "#offer-done") == "Rydych wedi gwrthod"
    assert mentor.stack.get(f"/offers/{second}").json["state"] == "DECLINED"


def test_on_a_telephone_an_offer_that_was_withdrawn_meanwhile_says_so(mentor, browser):
    _, _, offer = offered(mentor)
    signed_in(mentor, browser)
    until_there(browser, "#offers-list button")
    click(browser, "#offers-list button")
    until_view(browser, "offer")
    assert mentor.stack.post(f"/offers/{offer}/withdraw", {"why": "an invented reason"}).status == 200
    click(browser, "[data-view=offer] .primary")
    submit(browser, "offer-accept")
    until_view(browser, "offer-done")
    assert text_of(browser, "#offer-done") == "The request was withdrawn"
