"""Files of a page are lost on the way, as on a poor connection: it opens again by itself, or says so, and is never silent."""

import http.server
import threading
import time

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.expected_conditions import staleness_of

from chromium import chromium, until
from stack import ROOT
from test_mentor_sign_in import Mentor, click, shown, until_shown
from test_mentoring import looked_at

pytestmark = pytest.mark.same_everywhere

PAGES = sorted(page.stem for page in (ROOT / "services" / "gateway" / "web").glob("*.html"))


@pytest.fixture
def link(outbox):
    return Mentor(outbox).link()


def lose(browser, *files):
    """From now on these files do not arrive, and all others do."""
    browser.execute_cdp_cmd("Network.enable", {})
    browser.execute_cdp_cmd("Network.setBlockedURLs", {"urls": [f"*/{file}" for file in files]})


def before_every_page(browser, script):
    browser.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": script})


def refuse_storage(browser):
    before_every_page(browser, "Storage.prototype.setItem = () => { throw new Error('refused'); };")


def says_so(browser):
    return browser.execute_script("return document.getElementById('not-loaded')?.checkVisibility()")


def try_again(browser):
    before = browser.find_element(By.TAG_NAME, "html")
    click(browser, "#not-loaded button")
    until(browser, staleness_of(before))


def is_opened_again(browser):
    return browser.execute_script("return performance.getEntriesByType('navigation')[0].type") == "reload"


def holds_secret(browser, link):
    kept = browser.execute_script("return JSON.stringify([{...localStorage}, {...sessionStorage}])")
    return link.partition("#")[2] in kept


def sign_in(browser):
    until_shown(browser, "link")
    until(browser, lambda b: not says_so(b))
    click(browser, "[data-state=link] [data-does=use]")
    until_shown(browser, "in")


@pytest.mark.parametrize("file", ["mentor.js", "mentor-words.js"])
def test_a_page_that_lost_a_script_opens_again_by_itself_and_the_link_still_signs_in(link, browser, file):
    lose(browser, file)
    browser.get(link)
    assert shown(browser) == ["loading"] and not says_so(browser)
    assert not holds_secret(browser, link)
    lose(browser)
    sign_in(browser)
    assert is_opened_again(browser)


def test_nothing_can_be_begun_on_a_page_that_lost_a_style_until_it_has_opened_again(link, browser):
    lose(browser, "mentor.css")
    browser.get(link)
    until_shown(browser, "link")
    assert browser.execute_script("return document.body.inert")
    lose(browser)
    until(browser, is_opened_again)
    sign_in(browser)


def test_a_page_whose_script_stays_lost_says_so_in_both_languages_and_opens_when_it_is_asked_to(link, browser):
    lose(browser, "mentor-words.js")
    browser.get(link)
    until(browser, says_so)
    assert shown(browser) == [], "it no longer asks for a moment"
    words = browser.find_element(By.ID, "not-loaded").text
    assert "This page has not loaded fully" in words and "Nid yw’r dudalen hon wedi llwytho’n llawn" in words
    looked_at(browser, "not-loaded")
    try_again(browser)
    until(browser, says_so)
    lose(browser)
    try_again(browser)
    sign_in(browser)
    assert "alongside-opened-again" not in browser.execute_script("return {...sessionStorage}"), "it counts anew"


def test_a_page_whose_script_throws_says_so(link, browser):
    refuse_storage(browser)
    before_every_page(browser, "Object.defineProperty(navigator, 'language', { value: 1 });")
    browser.get(link)
    until(browser, says_so)
    assert shown(browser) == []


def test_without_any_connection_a_page_that_lost_a_script_says_so_and_is_not_left_for_the_browsers_own(link, browser):
    lose(browser, "mentor-words.js")
    browser.get(link)
    browser.set_network_conditions(offline=True, latency=0, throughput=-1)
    until(browser, says_so)
    browser.set_network_conditions(offline=False, latency=0, throughput=-1)
    lose(browser)
    try_again(browser)
    sign_in(browser)


def test_a_page_whose_script_is_long_on_its_way_says_so_until_it_is_there(link):
    with chromium(waits_for_files=False) as browser:
        before_every_page(browser, "const patient = setTimeout; setTimeout = (what, ms) => patient(what, ms / 20);")
        browser.execute_cdp_cmd("Fetch.enable", {"patterns": [{"urlPattern": "*/mentor-words.js"}]})
        browser.get(link)
        until(browser, says_so)
        browser.execute_cdp_cmd("Fetch.disable", {})
        sign_in(browser)


@pytest.mark.parametrize("page", PAGES)
def test_where_the_browser_keeps_nothing_a_page_that_lost_its_script_says_so_at_once(stack, browser, page):
    refuse_storage(browser)
    lose(browser, f"{page}.js")
    browser.get(f"{stack.url}/{page}")
    assert says_so(browser) and not is_opened_again(browser)
    assert browser.execute_script("return document.documentElement.scrollWidth - window.innerWidth") <= 0
    lose(browser)
    try_again(browser)
    until(browser, lambda b: is_opened_again(b) and not says_so(b))


# --- what is kept on the phone

class Slow(http.server.BaseHTTPRequestHandler):
    """Passes questions on, and holds back for a while what comes after the head of the files that are slow."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        answer = self.server.stack.http("GET", self.path)
        body = answer.text.encode()
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.headers["Content-Type"])
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.path in self.server.slow:
            time.sleep(6)  # longer than the page's worker waits for an answer to begin
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def slow(stack):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Slow)
    server.daemon_threads, server.stack, server.slow = True, stack, ()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()


def test_a_file_that_comes_slowly_is_waited_for_where_others_are_kept_on_the_phone(slow, browser):
    page = f"http://127.0.0.1:{slow.server_address[1]}/mentor"
    browser.get(page)
    until(browser, lambda b: b.execute_script("return Boolean(navigator.serviceWorker.controller)"))
    slow.slow = ("/mentor-words.js",)
    browser.get(page)
    until_shown(browser, "out")
    assert not is_opened_again(browser)
