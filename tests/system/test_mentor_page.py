"""The mentor's own page, signed in on a telephone: offers, meetings, a break, a calendar, and no connection."""

import contextlib
import re
import socket
import threading
import urllib.parse

import pytest
from selenium.webdriver.common.by import By

import people
from chromium import until
from stack import ROOT, wait_for
from test_mentor_sign_in import Mentor, click, until_shown
from test_mentoring import looked_at as looked_at_wide
from test_mentoring import submit, until_view

pytestmark = [pytest.mark.trust, pytest.mark.same_everywhere]


@pytest.fixture
def mentor(outbox):
    return Mentor(outbox)


def offered(mentor):
    """A person who wants a mentor is offered to this one: the CRN, the engagement, the offer."""
    crn, engagement = people.register(mentor.stack, pathway="mentoring",
                                      mentoring={"wanted": True, "conflictsChecked": True, "experiences": ["custody"], "remote": True})
    offer = people.new_id()
    mentor.stack.made(f"/offers/{offer}", {"crn": crn, "mentorId": mentor.id})
    return crn, engagement, offer


def signed_in(mentor, browser, door=None):
    link = mentor.link()
    browser.get(link.replace(mentor.stack.url, door) if door else link)
    until_shown(browser, "link")
    click(browser, "[data-state=link] [data-does=use]")
    until_shown(browser, "in")


def until_there(browser, what):
    return until(browser, lambda b: b.find_elements(By.CSS_SELECTOR, what))


def text_of(browser, what):
    return browser.find_element(By.CSS_SELECTOR, what).text


def looked_at(browser, name):
    looked_at_wide(browser, name)
    browser.set_window_size(360, 740)
    width = browser.execute_script("return [document.documentElement.scrollWidth, window.innerWidth]")
    browser.set_window_size(390, 844)
    assert width[0] <= width[1] <= 360, f"{name} must not scroll sideways on a small telephone: {width}"


def submit_plain(browser, form):
    click(browser, f"[data-sends={form}] button")


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


# --- meetings, and the calendar

def matched(mentor, operator):
    """The same, accepted by the mentor."""
    crn, engagement, offer = offered(mentor)
    accepted = mentor.stack.post(f"/offers/{offer}/accept", {}, token=operator.token_for(mentor.id, "mentor"))
    assert accepted.status == 200, accepted.text
    return crn, engagement


def meeting(stack, engagement, minutes, place):
    appointment = people.new_id()
    stack.made(f"/appointments/{appointment}", people.appointment(engagement, minutes, place=place))
    return appointment


def entries_of(calendar):
    """The VEVENTs of a calendar, each as a dictionary; refuses what RFC 5545 does not allow."""
    lines = calendar.split("\r\n")
    assert lines.pop() == "" and "\n" not in "".join(lines)
    assert all(len(line.encode()) <= 75 for line in lines)
    whole = calendar.replace("\r\n ", "").split("\r\n")
    assert whole[0] == "BEGIN:VCALENDAR" and whole[-2] == "END:VCALENDAR" and "VERSION:2.0" in whole
    entries, entry = [], None
    for line in whole:
        name, _, value = line.partition(":")
        if line == "BEGIN:VEVENT":
            entry = {}
        elif line == "END:VEVENT":
            entries.append(entry)
            entry = None
        elif entry is not None:
            assert name not in entry
            entry[name] = value
    return entries


def feed(stack, url):
    return stack.call("GET", url.partition("/v1/areas/demo-north")[2], token="")


def test_a_calendar_shows_when_and_where_and_opens_nothing_else(mentor, operator):
    stack, token = mentor.stack, operator.token_for(mentor.id, "mentor")
    (crn, engagement), (_, other) = matched(mentor, operator), matched(mentor, operator)
    late = meeting(stack, engagement, 3000, "The old mill; second floor, Heol y Frenhines, Casnewydd, room 5, ring the lower bell")
    soon = meeting(stack, other, 1500, "the civic centre")
    listed = operator.get("/my-meetings", token=token).json["meetings"]
    assert [one["appointmentId"] for one in listed] == [soon, late] and listed[1]["crn"] == crn

    url = operator.post("/my-calendar-link", {}, token=token).json["url"]
    answer = feed(stack, url)
    assert answer.status == 200 and answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    first, second = entries_of(answer.text)
    assert (first["UID"], second["UID"]) == (soon, late)
    assert first["SUMMARY"] == "Alongside: meeting" and first["DTSTART"].endswith("Z")
    assert second["LOCATION"].startswith("The old mill\\; second floor\\, Heol")
    assert crn not in answer.text and "Siân" not in answer.text and mentor.id not in answer.text
    secret = url.rpartition("/")[2].removesuffix(".ics")
    for path in ("/my-people", "/my-meetings", "/my-offers", "/my-calendar-link", "/my-break", "/sign-in"):
        assert stack.call("GET", path, token=f"demo-north.{secret}").status in (401, 403), path
    for wrong in (f"/my-calendar/{secret}", f"/my-calendar/{secret[:-1]}A.ics", "/my-calendar/.ics", "/my-calendar/x.ics"):
        assert stack.call("GET", wrong, token="").status == 401, wrong
    assert stack.call("GET", f"/my-calendar/{'A' * 43}.ics", token=token).status == 401

    assert stack.post(f"/appointments/{soon}/cancel", {"why": "an invented reason"}).status == 200
    assert [entry["UID"] for entry in entries_of(feed(stack, url).text)] == [late]
    assert stack.post(f"/mentors/{mentor.id}/sign-out", {}).status == 204
    assert feed(stack, url).status == 404
    assert "until" not in operator.get("/my-calendar-link", token=token).json


# --- a break

def test_a_mentor_takes_a_break_and_nothing_of_it_is_anybodys_business(mentor, operator):
    stack, token = mentor.stack, operator.token_for(mentor.id, "mentor")
    phone = mentor.phone()
    crn, _ = matched(mentor, operator)
    _, _, offer = offered(mentor)
    taken = operator.post("/my-break", {"until": people.at(days=9)}, token=token)
    assert taken.status == 200 and "until" in taken.json
    assert wait_for(lambda: stack.get(f"/offers/{offer}").json["state"] == "WITHDRAWN")
    seen = stack.get(f"/mentors/{mentor.id}")
    assert seen.json["state"] == "ON_BREAK" and taken.json["until"] not in seen.text
    tasks = [one for one in stack.get("/matching-tasks?limit=200").json.get("tasks", ()) if one.get("crn") == crn]
    assert [(one["kind"], one["mentorId"]) for one in tasks if one["kind"] == "COVER_NEEDED"] == [("COVER_NEEDED", mentor.id)]
    assert phone.is_in()
    note = {"crn": crn, "text": {"text": "An invented note, on a break."}}
    assert operator.put(f"/notes/{people.new_id()}", note, token=token).status == 201
    assert stack.post(f"/mentors/{mentor.id}/resume", {}).status == 422
    assert operator.post("/my-break/end", {}, token=token).json == {}
    assert stack.get(f"/mentors/{mentor.id}").json["state"] == "ACTIVE"
    for role in ("coordinator", "mentor-supervisor", "practitioner"):
        assert operator.get("/my-break", token=operator.token_for("S01A001", role)).status == 404


def test_on_a_telephone_a_mentor_sees_their_week_and_takes_a_break(mentor, operator, browser):
    crn, engagement = matched(mentor, operator)
    meeting(mentor.stack, engagement, 3000, "the library")
    meeting(mentor.stack, engagement, 1500, "the civic centre")
    signed_in(mentor, browser)
    cards = until_there(browser, "#meetings article")
    assert len(cards) == 2 and "Siân, In person, the civic centre" in cards[0].text and crn not in cards[0].text
    looked_at(browser, "meetings")
    click(browser, "[data-goes=calendar]")
    until_view(browser, "calendar")
    submit_plain(browser, "calendar")
    until(browser, lambda b: b.find_element(By.ID, "calendar-url").get_attribute("value").endswith(".ics"))
    looked_at(browser, "calendar")
    url = browser.find_element(By.ID, "calendar-url").get_attribute("value")
    assert len(entries_of(feed(mentor.stack, url).text)) == 2
    submit_plain(browser, "calendar-end")
    until(browser, lambda b: "no link" in text_of(b, "#calendar-now"))
    assert feed(mentor.stack, url).status == 404

    click(browser, "[data-view=calendar] [data-goes=people]")
    until_view(browser, "people")
    click(browser, "#go-break")
    until_view(browser, "break")
    looked_at(browser, "break")
    submit(browser, "break")
    until(browser, lambda b: b.find_element(By.ID, "on-break").is_displayed())
    assert mentor.stack.get(f"/mentors/{mentor.id}").json["state"] == "ON_BREAK"
    click(browser, "#language")
    looked_at(browser, "on-break-welsh")
    submit_plain(browser, "break-end")
    until(browser, lambda b: not b.find_element(By.ID, "on-break").is_displayed())
    assert mentor.stack.get(f"/mentors/{mentor.id}").json["state"] == "ACTIVE"


def test_on_a_telephone_a_mentor_who_is_to_greet_somebody_says_that_they_cannot_come(mentor, operator, browser):
    crn, engagement = people.register(mentor.stack, mentoring={"conflictsChecked": True})
    appointment = people.new_id()
    mentor.stack.made(f"/appointments/{appointment}", people.appointment(engagement, minutes=900, place="the town hall"))
    booked = mentor.stack.put(f"/appointments/{appointment}/booking", {"mentorId": mentor.id, "role": "GREETER"})
    assert booked.status == 201, booked.text
    signed_in(mentor, browser)
    card = next(card for card in until_there(browser, "#meetings article") if "the town hall" in card.text)
    assert "You greet them" in card.text and crn not in card.text
    card.find_element(By.TAG_NAME, "summary").click()
    looked_at(browser, "booked")
    card.find_element(By.TAG_NAME, "button").click()
    until(browser, lambda b: "the town hall" not in text_of(b, "#meetings"))
    assert mentor.stack.get(f"/appointments/{appointment}/booking").json["state"] == "BOOKING_DECLINED"


# --- without a connection

CANARY = "canarylocked: what was said on the last bus"


class Lift:
    """Between the telephone and the service: passes bytes on, and while it is shut, none. The browser's own emulation stops
    the page alone, and not what serves it in the background."""

    def __init__(self, stack):
        self.service, self.open, self.sockets = urllib.parse.urlsplit(stack.url), True, []
        self.door = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.door.getsockname()[1]}"
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                near = self.door.accept()[0]
                if not self.open:
                    near.close()
                    continue
                far = socket.create_connection((self.service.hostname, self.service.port))
                self.sockets += [near, far]
                for one, other in ((near, far), (far, near)):
                    threading.Thread(target=self.carry, args=(one, other), daemon=True).start()

    @staticmethod
    def carry(one, other):
        with contextlib.suppress(OSError):
            while some := one.recv(65536):
                other.sendall(some)
        with contextlib.suppress(OSError):
            other.shutdown(socket.SHUT_RDWR)

    def shut(self, browser, yes=True):
        self.open = not yes
        for one in self.sockets if yes else ():
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
        browser.set_network_conditions(offline=yes, latency=0, throughput=-1)


@pytest.fixture
def lift(mentor):
    made = Lift(mentor.stack)
    yield made
    made.door.close()


def until_served(browser):
    """The page would open without a connection."""
    until(browser, lambda b: b.execute_async_script(
        "const done = arguments[0]; caches.open('alongside-mentor').then((c) => c.keys()).then((k) => "
        "done(k.length > 10 && Boolean(navigator.serviceWorker.controller)))"))


def on_the_phone(browser):
    """All that the page has stored, as text: what opens without a key."""
    return browser.execute_async_script("""
        const done = arguments[0];
        (async () => {
          const kept = [{ ...localStorage }, { ...sessionStorage }, await indexedDB.databases()];
          for (const name of await caches.keys()) {
            const cache = await caches.open(name);
            for (const request of await cache.keys()) kept.push(request.url, await (await cache.match(request)).text());
          }
          return JSON.stringify(kept);
        })().then(done);""")


def notes_of(mentor, operator, crn):
    answer = mentor.stack.get(f"/people/{crn}/notes", token=operator.token_for(mentor.id, "mentor"))
    return [note["text"]["text"] for note in answer.json.get("notes", ())]


def shown_waiting(browser):
    return browser.find_element(By.ID, "waiting").is_displayed()


def ready_for_the_lift(mentor, browser, lift):
    signed_in(mentor, browser, lift.url)
    until_there(browser, "#people button")
    until(browser, lambda b: b.execute_script("return localStorage.getItem('alongside-locked-key')"))
    until_served(browser)


def write_alone(browser, text):
    until_shown(browser, "offline")
    until(browser, lambda b: b.find_element(By.ID, "alone-text").is_displayed())
    browser.find_element(By.ID, "alone-text").send_keys(text)
    click(browser, "#alone button")
    until(browser, shown_waiting)


def test_on_a_telephone_a_note_written_without_a_connection_arrives_once(mentor, operator, browser, lift):
    crn, _ = matched(mentor, operator)
    ready_for_the_lift(mentor, browser, lift)
    click(browser, "#people button")
    until_view(browser, "person")
    click(browser, "[data-goes=write]")
    until_view(browser, "write")
    lift.shut(browser)
    browser.find_element(By.ID, "text").send_keys(CANARY)
    submit(browser, "write")
    until(browser, shown_waiting)
    assert "One note waits" in text_of(browser, "#waiting") and "canarylocked" not in text_of(browser, "body")
    assert browser.find_element(By.ID, "text").get_attribute("value") == ""
    assert "alongside-locked" in on_the_phone(browser) and "canarylocked" not in on_the_phone(browser)
    assert crn not in on_the_phone(browser) and "Siân" not in on_the_phone(browser)
    lift.shut(browser, False)
    until(browser, lambda b: not shown_waiting(b))
    assert notes_of(mentor, operator, crn) == [CANARY]
    browser.refresh()
    until_there(browser, "#people button")
    assert notes_of(mentor, operator, crn) == [CANARY]


def test_on_a_telephone_the_page_opens_without_a_connection_and_asks_later_whom_a_note_is_about(mentor, operator, browser,
                                                                                                lift):
    crn, _ = matched(mentor, operator)
    ready_for_the_lift(mentor, browser, lift)
    lift.shut(browser)
    browser.refresh()
    write_alone(browser, CANARY)
    looked_at(browser, "without-a-connection")
    click(browser, "#language")
    looked_at(browser, "without-a-connection-welsh")
    click(browser, "#language")
    assert "canarylocked" not in on_the_phone(browser)
    browser.refresh()
    until_shown(browser, "offline")
    assert shown_waiting(browser), "it is still there"
    lift.shut(browser, False)
    until_shown(browser, "in")
    until_there(browser, "#loose-list button")
    looked_at(browser, "whom-it-is-about")
    assert notes_of(mentor, operator, crn) == []
    click(browser, "#loose-list button")
    until(browser, lambda b: not shown_waiting(b))
    assert notes_of(mentor, operator, crn) == [CANARY]


def test_on_a_telephone_what_was_locked_never_opens_after_staff_signed_the_mentor_out(mentor, operator, browser, lift):
    crn, _ = matched(mentor, operator)
    ready_for_the_lift(mentor, browser, lift)
    lift.shut(browser)
    browser.refresh()
    write_alone(browser, CANARY)
    assert mentor.stack.post(f"/mentors/{mentor.id}/sign-out", {}).status == 204
    token = operator.token_for(mentor.id, "mentor")
    assert wait_for(lambda: operator.get("/my-unsent-key", token=token).json == {}), "the key goes with the sign-out"
    lift.shut(browser, False)
    until_shown(browser, "out")
    signed_in(mentor, browser, lift.url)
    until(browser, lambda b: not shown_waiting(b))
    assert "canarylocked" not in on_the_phone(browser) and notes_of(mentor, operator, crn) == []


def test_on_a_telephone_signing_out_leaves_nothing(mentor, operator, browser, lift):
    matched(mentor, operator)
    ready_for_the_lift(mentor, browser, lift)
    click(browser, "#sign-out")
    until_shown(browser, "ended")
    assert "alongside-locked" not in browser.execute_script("return JSON.stringify({ ...localStorage })")


def test_only_the_mentor_has_the_key_to_what_their_phones_could_not_send(mentor, operator):
    token = operator.token_for(mentor.id, "mentor")
    key = {"publicKey": "B" * 88, "secret": {"text": "c2VjcmV0"}}
    assert operator.get("/my-unsent-key", token=token).json == {}
    assert operator.put("/my-unsent-key", key, token=token).status == 201
    assert operator.put("/my-unsent-key", key, token=token).status == 200
    assert operator.put("/my-unsent-key", {**key, "publicKey": "C" * 88}, token=token).status == 409
    wrong = operator.put("/my-unsent-key", {"publicKey": "short", "secret": {}}, token=token)
    assert [error["pointer"] for error in wrong.json["errors"]] == ["/publicKey", "/secret/text"]
    assert operator.get("/my-unsent-key", token=token).json["secret"]["text"] == "c2VjcmV0"
    for role in ("coordinator", "mentor-supervisor", "practitioner", "safeguarding-lead", "auditor"):
        assert operator.get("/my-unsent-key", token=operator.token_for(mentor.id, role)).status == 404
    assert operator.post("/my-break", {}, token=token).status == 200
    assert operator.get("/my-unsent-key", token=token).json["publicKey"] == "B" * 88, "a break of one's own takes nothing away"
    assert operator.post("/my-break/end", {}, token=token).status == 200
    assert mentor.stack.post(f"/mentors/{mentor.id}/pause", {"why": "an invented reason"}).status == 200
    assert wait_for(lambda: operator.get("/my-unsent-key", token=token).json == {})


def test_the_page_can_serve_all_of_its_own_files_without_a_connection():
    web = ROOT / "services" / "gateway" / "web"
    served = set(re.findall(r"'([a-z-]+(?:\.\w+)?)'", re.search(r"FILES = \[(.*?)\]", (web / "mentor-sw.js").read_text(), re.S)[1]))
    page = (web / "mentor.html").read_text()
    needed, left = set(), set(re.findall(r'src="([a-z-]+\.js)"', page))
    while left:
        needed.add(name := left.pop())
        left |= set(re.findall(r"(?:from|import) '\./([a-z-]+\.js)'", (web / name).read_text())) - needed
    needed |= set(re.findall(r'href="([a-z-]+\.css)"', page)) | {"mentor"}
    assert served == needed
