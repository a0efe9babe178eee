"""The running system, for all tests.

Usually it is started by ./run, once for all tests, and again for those that break it. Where ALONGSIDE_TEST_URL and
ALONGSIDE_TEST_TOKEN are set it is the stack that they name, with ALONGSIDE_TEST_COMMAND as the operator's command and
ALONGSIDE_TEST_MESSAGES_URL as the address of the stand-in; tests that need processes on this machine are skipped then. Its
areas and pathways must be those of tests/system/config beside the usual ones.
"""

import pytest

import stack as stacks
from chromium import chromium


def pytest_configure(config):
    config.addinivalue_line("markers", "trust: shows who may know what; `tests/run trust` runs these alone")
    config.addinivalue_line("markers", "same_everywhere: what is decided, or shown on a page, is the same wherever the "
                            "services run; the containers are not asked again")


@pytest.fixture(scope="session")
def stack():
    given = stacks.from_environment()
    if given:
        yield given
        return
    own = stacks.LocalStack()
    try:
        yield own.start()
        denied = own.denied()
    finally:
        own.remove()
    assert not denied, f"Redis refused what an account has no right to: {denied}"


@pytest.fixture(scope="session")
def local(stack):
    """The stack, where its processes and files are on this machine."""
    if not stack.is_local:
        pytest.skip("needs the processes and files of a stack on this machine")
    return stack


@pytest.fixture(scope="module")
def breakable(request):
    """A stack of this module's own, to kill things in."""
    if stacks.from_environment():
        pytest.skip("needs the processes of a stack on this machine")
    own = stacks.LocalStack()
    try:
        yield own.start()
    finally:
        own.remove()


@pytest.fixture(scope="session")
def operator(stack):
    """The stack, where the operator's command can be run."""
    if not stack.alongside:
        pytest.skip("needs the operator's command: ALONGSIDE_TEST_COMMAND")
    return stack


@pytest.fixture(scope="session")
def outbox(stack):
    """The stack, where one can look at what it sent."""
    if not stack.messages_url:
        pytest.skip("needs the stand-in for the outside world: ALONGSIDE_TEST_MESSAGES_URL")
    return stack


@pytest.fixture
def browser():
    """A browser of this test's own."""
    with chromium() as driver:
        yield driver
