"""Mentors sign in by a one-time link, on their own phone."""

import http.cookies
import re

import pytest
from selenium.webdriver.common.by import By

import people
from chromium import until
import stack as stacks

pytestmark = [pytest.mark.trust, pytest.mark.same_everywhere]

NAME = "__Host-alongside"
PAGE = {"X-Alongside": "page"}


class Phone:
    """A mentor's phone: it keeps the cookie that it was given."""

    def __init__(self, stack, cookie=""):
        self.stack, self.cookie, self.line = stack, cookie, ""

    def call(self, method, path, headers=None, token=""):
        send = {**PAGE, **({"Cookie": f"{NAME}={self.cookie}"} if self.cookie else {}), **(headers or {})}
        answer = self.stack.call(method, path, token=token, headers={name: value for name, value in send.items() if value})
        self.keep(answer)
        return answer

    def keep(self, answer):
        for line in answer.headers.get_all("Set-Cookie") or ():
            self.line, self.cookie = line, http.cookies.SimpleCookie(line)[NAME].value

    def use(self, link):
        return self.call("POST", "/sign-in", token=link.partition("#")[2])

    def is_in(self):
        return self.call("GET", "/sign-in").status == 200


def ask(stack, mentor):
    answer = stack.post(f"/mentors/{mentor}/sign-in-link", {})
    assert answer.status == 204, answer.text


def links_to(stack, telephone):
    texts = [message["text"] for message in stack.messages_to(telephone)]
    return [found.group() for text in texts if (found := re.search(r"http\S+/mentor#\S+", text))]


def newest_link(stack, telephone, before):
    links = stacks.wait_for(lambda: (now := links_to(stack, telephone)) if len(links_to(stack, telephone)) > before else None)
    assert links, "no link was sent"
    return links[-1]


class Mentor:
    def __init__(self, stack, **more):
        self.stack, self.id, self.telephone = stack, people.new_id(), people.new_telephone()
        said = people.mentor(**more)
        said["personal"]["telephone"] = self.telephone
        stack.made(f"/mentors/{self.id}", said)

    def link(self):
        before = len(links_to(self.stack, self.telephone))
        ask(self.stack, self.id)
        return newest_link(self.stack, self.telephone, before)

    def phone(self):
        phone = Phone(self.stack)
        answer = phone.use(self.link())
        assert answer.status == 200, answer.text
        return phone


@pytest.fixture
def mentor(outbox):
    return Mentor(outbox)


def test_a_link_signs_in_once(mentor):
    link, phone, thief = mentor.link(), Phone(mentor.stack), Phone(mentor.stack)
    assert phone.use(link).json["mentorId"] == mentor.id
    assert thief.use(link).status == 401 and not thief.cookie
    assert phone.is_in() and not thief.is_in()


def test_a_sign_in_that_is_refused_is_in_the_audit_of_the_mentor(mentor):
    link = mentor.link()
    assert (Phone(mentor.stack).use(link).status, Phone(mentor.stack).use(link).status) == (200, 401)
    shown = mentor.stack.run("audit", "show", "--area", stacks.NORTH, "--actor", mentor.id)
    assert shown.returncode == 0, shown.stderr
    outcomes = [line.rpartition(": ")[2].split()[0] for line in shown.stdout.splitlines()
                if f"UseSignInLink of {mentor.id}" in line]
    assert outcomes == ["OK", "UNAUTHENTICATED"], shown.stdout


def test_only_the_newest_link_signs_in(mentor):
    first, second = mentor.link(), mentor.link()
    assert Phone(mentor.stack).use(first).status == 401
    assert Phone(mentor.stack).use(second).status == 200


def test_a_link_opens_nothing_but_the_sign_in(mentor):
    token = mentor.link().partition("#")[2]
    for method, path in (("GET", "/sign-in"), ("GET", f"/offers/{people.new_id()}/view"), ("GET", f"/mentors/{mentor.id}"),
                         ("GET", "/events")):
        assert mentor.stack.call(method, path, token=token).status == 401, path


def test_the_cookie_is_this_hosts_and_no_scripts(mentor):
    phone = mentor.phone()
    attributes = [part.strip().lower() for part in phone.line.split(";")[1:]]
    assert {"secure", "httponly", "samesite=strict", "path=/"} <= set(attributes)
    assert not any(attribute.startswith("domain") for attribute in attributes)
    assert re.fullmatch(rf"demo-north\.{mentor.id}\.[0-9a-f]{{32}}\.[A-Za-z0-9_-]{{43}}", phone.cookie)


def test_the_page_never_sees_the_cookies_content(mentor):
    phone = Phone(mentor.stack)
    answer = phone.use(mentor.link())
    assert phone.cookie and phone.cookie.rpartition(".")[2] not in answer.text and "cookie" not in answer.json


def test_what_another_site_has_a_browser_send_is_nobodys(mentor):
    phone = mentor.phone()
    assert phone.call("GET", "/sign-in", headers={"X-Alongside": ""}).status == 401
    assert phone.call("POST", "/sign-in/end", headers={"X-Alongside": ""}).status == 401
    assert phone.is_in()


def test_a_cookie_opens_no_other_area(mentor):
    phone = mentor.phone()
    answer = mentor.stack.call("GET", "/sign-in", area=stacks.SOUTH, token="",
                               headers={**PAGE, "Cookie": f"{NAME}={phone.cookie}"})
    assert answer.status == 403


def test_an_answer_that_was_lost_costs_nothing(mentor):
    phone = mentor.phone()
    before = phone.cookie
    assert phone.call("POST", "/sign-in/renew").status == 200
    once, phone.cookie = phone.cookie, before
    assert phone.call("POST", "/sign-in/renew").status == 200
    assert phone.cookie == once != before and phone.is_in()


def test_a_cookie_that_was_replaced_ends_the_phone_when_it_comes_again(mentor):
    phone, other = mentor.phone(), mentor.phone()
    copy = Phone(mentor.stack, phone.cookie)
    for _ in range(2):
        assert phone.call("POST", "/sign-in/renew").json["mentorId"] == mentor.id
    assert phone.is_in()
    assert stacks.wait_for(lambda: not copy.is_in(), 3), "what was read of a cookie is trusted for two seconds"
    assert stacks.wait_for(lambda: not phone.is_in(), 5), "whoever has the copy and the mentor are both signed out"
    assert phone.call("POST", "/sign-in/renew").status == 401
    assert other.is_in(), "another phone of the mentor stays"


def test_renewing_with_a_copy_ends_the_phone_too(mentor):
    phone = mentor.phone()
    copy = Phone(mentor.stack, phone.cookie)
    for _ in range(2):
        phone.call("POST", "/sign-in/renew")
    answer = copy.call("POST", "/sign-in/renew")
    assert answer.status == 200 and "mentorId" not in answer.json and not copy.cookie
    assert stacks.wait_for(lambda: not phone.is_in(), 5)


@pytest.mark.parametrize("roles", ["mentor-supervisor", "coordinator"])
def test_staff_sign_a_mentor_out_at_once(mentor, operator, roles):
    phones, link = [mentor.phone(), mentor.phone()], None
    link = mentor.link()
    token = operator.token_for("S01A001", roles)
    assert mentor.stack.post(f"/mentors/{mentor.id}/sign-out", {}, token=token).status == 204
    assert stacks.wait_for(lambda: not any(phone.is_in() for phone in phones), 3), "it may take two seconds"
    assert all(phone.call("POST", "/sign-in/renew").status == 401 for phone in phones)
    assert Phone(mentor.stack).use(link).status == 401, "a link that was sent before opens nothing either"


def test_a_paused_mentor_is_signed_out_and_can_be_sent_no_link(mentor):
    phone = mentor.phone()
    assert mentor.stack.post(f"/mentors/{mentor.id}/pause", {"why": "an invented reason"}).status == 200
    assert stacks.wait_for(lambda: not phone.is_in(), 3)
    assert mentor.stack.post(f"/mentors/{mentor.id}/sign-in-link", {}).status == 422


def test_a_mentor_signs_out_on_one_phone(mentor):
    phone, other = mentor.phone(), mentor.phone()
    copy = Phone(mentor.stack, phone.cookie)
    assert phone.call("POST", "/sign-in/end").status == 204 and phone.cookie == ""
    assert stacks.wait_for(lambda: not copy.is_in(), 3)
    assert other.is_in()


def test_who_has_an_old_link_asks_for_a_new_one_and_it_goes_to_the_mentor(mentor):
    link = mentor.link()
    assert Phone(mentor.stack).use(link).status == 200
    assert Phone(mentor.stack).call("POST", "/sign-in/ask", token=link.partition("#")[2]).status == 204
    fresh = newest_link(mentor.stack, mentor.telephone, 1)
    assert fresh != link and Phone(mentor.stack).use(fresh).status == 200


def test_links_are_few_and_asking_tells_nothing(mentor):
    for _ in range(5):
        ask(mentor.stack, mentor.id)
    assert mentor.stack.post(f"/mentors/{mentor.id}/sign-in-link", {}).status == 429
    link = newest_link(mentor.stack, mentor.telephone, 4)
    assert Phone(mentor.stack).call("POST", "/sign-in/ask", token=link.partition("#")[2]).status == 204
    assert len(links_to(mentor.stack, mentor.telephone)) == 5


@pytest.mark.parametrize("roles", ["practitioner", "manager", "operator", "mentor"])
def test_others_send_no_links_and_sign_nobody_out(mentor, operator, roles):
    token = operator.token_for("SIGN2", roles)
    assert mentor.stack.post(f"/mentors/{mentor.id}/sign-in-link", {}, token=token).status == 404
    assert mentor.stack.post(f"/mentors/{mentor.id}/sign-out", {}, token=token).status == 404


# --- in a browser

def shown(driver):
    return driver.execute_script(
        "return Array.from(document.querySelectorAll('[data-state]:not([hidden])'), (s) => s.dataset.state)")


def until_shown(browser, state):
    until(browser, lambda driver: shown(driver) == [state], state)


def click(browser, what):
    browser.find_element(By.CSS_SELECTOR, what).click()


def test_on_a_telephone_a_mentor_signs_in_and_out(mentor, browser):
    link = mentor.link()
    browser.get(link)
    until_shown(browser, "link")
    assert link.partition("#")[2] not in browser.current_url, "the secret leaves the address bar at once"
    click(browser, "[data-state=link] [data-does=use]")
    until_shown(browser, "in")
    [cookie] = browser.get_cookies()
    assert (cookie["name"], cookie["httpOnly"], cookie["secure"], cookie["sameSite"], cookie["path"]) == (
        NAME, True, True, "Strict", "/")
    assert browser.execute_script("return document.cookie") == ""
    browser.refresh()
    until_shown(browser, "in")
    width = browser.execute_script("return document.documentElement.scrollWidth - window.innerWidth")
    assert width <= 0, "it must not scroll sideways"
    click(browser, "#sign-out")
    until_shown(browser, "ended")
    assert browser.get_cookies() == []
    browser.refresh()
    until_shown(browser, "out")
    severe = [entry for entry in browser.get_log("browser") if entry["level"] == "SEVERE" and "401" not in entry["message"]]
    assert severe == []


def test_on_a_telephone_a_used_link_offers_a_new_one(mentor, browser):
    link = mentor.link()
    assert Phone(mentor.stack).use(link).status == 200
    browser.get(link)
    until_shown(browser, "link")
    click(browser, "[data-state=link] [data-does=use]")
    until_shown(browser, "used")
    click(browser, "[data-state=used] [data-does=ask]")
    until_shown(browser, "asked")
    assert newest_link(mentor.stack, mentor.telephone, 1) != link


def test_on_a_telephone_the_page_speaks_the_mentors_language(outbox, browser):
    mentor = Mentor(outbox, language="WELSH")
    browser.get(mentor.link())
    until_shown(browser, "link")
    click(browser, "[data-state=link] [data-does=use]")
    until_shown(browser, "in")
    assert browser.find_element(By.TAG_NAME, "html").get_attribute("lang") == "cy"
    assert "Rydych wedi mewngofnodi" in browser.find_element(By.TAG_NAME, "body").text
