"""The audit of the running system: what it holds, that it is chained outside of the store, and what is found in it."""

import pytest

import people
from bus import messages
from stack import NORTH, LocalStack, from_environment, wait_for

pytestmark = pytest.mark.trust

KEY = f"{{{NORTH}}}:audit"


@pytest.fixture(scope="module")
def own():
    """A stack of this module's own, to meddle with its audit, with people who have been looked at."""
    if from_environment():
        pytest.skip("needs the processes and files of a stack on this machine")
    stack = LocalStack()
    try:
        stack.start()
        for crn in (people.new_crn() for _ in range(12)):
            stack.made(f"/people/{crn}", people.person(crn))
            assert stack.get(f"/people/{crn}").status == 200
        yield stack
    finally:
        stack.remove()


def noted(stack):
    """How many entries the notary has noted."""
    return (stack.home / "audit" / f"{NORTH}.chain").stat().st_size // 64


def last_sequence(stack):
    return int(stack.redis().get(f"{{{NORTH}}}:audit-sequence"))


def verify(stack):
    assert wait_for(lambda: noted(stack) == last_sequence(stack)), "the notary does not come by"
    return stack.run("audit", "verify", "--area", NORTH)


def rebuilt(stack, change):
    """What verify says of the audit after `change` of its list of (id, list of entries), which is then put back."""
    store = stack.redis()
    whole = [(key.decode(), fields[b"a"]) for key, fields in store.xrange(KEY)]
    verify(stack)
    try:
        fill(store, change(list(whole)))
        return stack.run("audit", "verify", "--area", NORTH)
    finally:
        fill(store, whole)


def fill(store, entries):
    store.delete(KEY)
    for key, packed in entries:
        store.xadd(KEY, {b"a": packed}, id=key)


def test_an_audit_that_nobody_touched_is_whole_and_signed(own):
    said = verify(own)
    assert said.returncode == 0, said.stdout
    assert wait_for(lambda: (own.home / "audit" / f"{NORTH}.heads").stat().st_size > 0)


def without(index):
    return lambda entries: entries[:index] + entries[index + 1:]


def swapped(entries):
    (one, first), (two, second) = entries[3:5]
    return entries[:3] + [(one, second), (two, first)] + entries[5:]


def changed(entries):
    key, packed = entries[5]
    return entries[:5] + [(key, packed[:40] + bytes([packed[40] ^ 1]) + packed[41:])] + entries[6:]


def invented(entries):
    made = messages.AuditEntry(at_ms=1, actor="N01A001", message="ReadPerson", service="intake", mac=bytes(32))
    packed = messages.AuditList(entries=[made]).SerializeToString()
    return entries[:6] + [(f"{entries[5][0].split('-')[0]}-1", packed)] + entries[6:]


@pytest.mark.parametrize("change,at", [(without(4), 4), (swapped, 3), (changed, 5), (invented, 5), (lambda all: all[:-2], -2)])
def test_what_was_done_to_the_audit_in_the_store_is_named(own, change, at):
    sequence = own.redis().xrange(KEY)[at][0].decode().split("-")[0]
    said = rebuilt(own, change)
    assert said.returncode == 1
    assert f"{NORTH}: entr" in said.stdout and sequence in said.stdout.replace(",", " ").replace(":", " ").split(), said.stdout
    assert verify(own).returncode == 0


def test_the_notary_goes_on_where_it_was_killed(own):
    own.kill_and_wait("notary")
    crn = people.new_crn()
    own.made(f"/people/{crn}", people.person(crn))
    assert verify(own).returncode == 0


def test_show_says_who_looked_at_a_person_and_who_was_refused(own):
    crn = people.new_crn()
    own.made(f"/people/{crn}", people.person(crn, restricted=["N02A002"]))
    assert own.get(f"/people/{crn}", headers={"Purpose": "case-review"}).status == 200
    assert own.get(f"/people/{crn}", headers={"Purpose": "I wanted to know"}).status == 400
    hidden = own.get(f"/people/{crn}", token=own.token_for("N02A002", "practitioner"))
    wrong_role = own.get(f"/people/{crn}", token=own.token_for("V01A001", "manager"))
    assert (hidden.status, wrong_role.status) == (404, 404)
    said = own.run("audit", "show", "--area", NORTH, "--as", "inspector", crn.lower())
    assert said.returncode == 0, said.stderr
    lines = said.stdout.splitlines()
    assert [line for line in lines if "COLLECTION RegisterPerson" in line and line.split(": ")[1].startswith("OK")]
    assert [line for line in lines if "ReadPerson" in line and " for case-review: OK" in line]
    assert [line for line in lines if "N02A002 as PRACTITIONER CONSULTATION ReadPerson" in line and ": NOT_FOUND" in line]
    assert [line for line in lines if "V01A001 as MANAGER CONSULTATION ReadPerson" in line and ": FORBIDDEN" in line]
    assert [line for line in lines if "inspector CONSULTATION audit show" in line]
    assert all(crn in line for line in lines)
    assert verify(own).returncode == 0
