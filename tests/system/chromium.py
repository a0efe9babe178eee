"""Chromium on a screen of 390 by 844, as a telephone has; and how a test waits for what it shows."""

import contextlib
import pathlib
import shutil
import tempfile

# The same engine either way; the shell takes a quarter of the time to start.
SHELL = pathlib.Path(__file__).with_name("chromium-shell.sh")

# Long enough for a loaded machine; a test that has what it waits for goes on at once.
PATIENCE_S = 30


@contextlib.contextmanager
def chromium(waits_for_files=True):
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    profile = tempfile.mkdtemp(prefix="alongside-chromium-")
    options = webdriver.ChromeOptions()
    for word in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--no-first-run",
                 "--window-size=390,844", f"--user-data-dir={profile}"):
        options.add_argument(word)
    options.page_load_strategy = "normal" if waits_for_files else "none"
    options.binary_location = str(SHELL) if shutil.which("chromium-headless-shell") else shutil.which("chromium")
    driver = webdriver.Chrome(service=Service(shutil.which("chromedriver")), options=options)
    driver.set_page_load_timeout(30)
    try:
        yield driver
    finally:
        driver.quit()
        shutil.rmtree(profile, ignore_errors=True)


def until(browser, holds, what="what was waited for"):
    """What `holds` says of the browser, as soon as it is true. Where it does not become true the test fails, and tells what
    the browser has seen instead: a page whose files did not all come looks like one that is slow."""
    from selenium.common.exceptions import TimeoutException
    from selenium.webdriver.support.ui import WebDriverWait

    try:
        return WebDriverWait(browser, PATIENCE_S).until(holds)
    except TimeoutException:
        raise AssertionError(f"{what} was not there within {PATIENCE_S} s\n{seen_by(browser)}") from None


def seen_by(browser):
    """The address is told without what follows '#', which may be a secret."""
    path, parts, files = browser.execute_script("""
        const shown = [...document.querySelectorAll('[data-state], [data-view]')].filter((part) => part.checkVisibility());
        return [location.pathname, shown.map((part) => part.dataset.state ?? part.dataset.view),
          performance.getEntriesByType('resource').map((file) =>
            `${file.responseStatus} after ${Math.round(file.duration)} ms: ${file.name}`)];""")
    log = [f"{entry['level']} {entry['message']}" for entry in browser.get_log("browser")]
    return "\n".join([f"{path} shows {parts}", "It asked for:", *files, "Its log:", *log])
