"""Master keys are rotated while everything runs: nothing that is read or written meanwhile fails."""

import subprocess
import threading
import time

import pytest

import people
import stack as stacks

pytestmark = pytest.mark.trust


@pytest.fixture(scope="module")
def rotating():
    if stacks.from_environment():
        pytest.skip("needs the processes and keys of a stack on this machine")
    own = stacks.LocalStack()
    try:
        yield own.start()
    finally:
        own.remove()


def masters_of(stack):
    """How many data keys each master wraps, by the name that they give it."""
    store = stack.redis()
    counts = {}
    for key in store.scan_iter("{*}:DataKey:*", 1000):
        value = store.get(key)[8:]
        name = value[-8:].hex()
        counts[name] = counts.get(name, 0) + 1
    return counts


class Load:
    """Registers people and reads them back, all the time, until it is stopped; keeps what went wrong."""

    def __init__(self, stack):
        self.stack, self.n, self.faults, self.stopped = stack, 0, [], False
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        while not self.stopped:
            crn = f"R{self.n:06d}"
            made = self.stack.put(f"/people/{crn}", people.person(crn, personal={"givenName": f"Given {self.n} (invented)", "familyName": "Test"}))
            read = self.stack.get(f"/people/R{self.n // 2:06d}")
            if made.status != 201 or read.status != 200 or "givenName" not in read.json["personal"]:
                self.faults.append((crn, made.status, made.text, read.status, read.text))
            self.n += 1

    def stop(self):
        self.stopped = True
        self.thread.join()
        assert not self.faults, self.faults[:3]
        assert self.n > 20


def rotate(stack, *options, **more):
    return subprocess.Popen([*stack.alongside, "keys", "rotate", *options], env=stack.environment(), text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **more)


def test_a_rotation_under_load_killed_at_every_step_and_resumed_fails_nobody(rotating):
    load = Load(rotating)
    try:
        time.sleep(1)
        before = masters_of(rotating)
        old = (rotating.home / "keys" / "contact.master").read_text()
        begun, finished = None, ""
        for marker in ("Handing out", "Every service knows", "Wrapping", None):
            process = rotate(rotating)
            said = ""
            for line in process.stdout:
                said += line
                if marker and line.startswith(marker):
                    time.sleep(1 if marker == "Every service knows" else 0)
                    process.kill()
                    break
            process.wait(timeout=120)
            finished += said if marker != "Handing out" else ""
            time.sleep(1.5)
            if marker == "Every service knows":
                # New people's data keys are under the new master, those of the others still under the old one.
                time.sleep(1)
                begun = rotating.run("verify")
        assert process.returncode == 0, said
        assert begun.returncode == 1 and "under more than one master key" in begun.stdout, begun.stdout
        assert "Finishing the rotation of contact" in finished and "Done." in said
        time.sleep(2)
    finally:
        load.stop()
    # The old one opens nothing: no data key is under it, and it is gone.
    after = masters_of(rotating)
    assert not set(before) & set(after) and sum(after.values()) >= load.n
    assert old not in [path.read_text() for path in (rotating.home / "keys").glob("contact.*")]
    assert not list((rotating.home / "keys").glob("*.old")) + list((rotating.home / "keys").glob("*.next"))
    # Services that start now open what those before have sealed.
    rotating.kill_and_wait("intake", "matching")
    assert rotating.get("/people/R000000").json["personal"]["givenName"] == "Given 0 (invented)"
    assert rotating.run("verify").returncode == 0


def test_one_partition_is_rotated_by_itself_and_its_old_key_is_kept_where_asked(rotating):
    keys = rotating.home / "keys"
    before = {path.name: path.read_text() for path in keys.glob("*.master")}
    process = rotate(rotating, "--partition", "contact", "--keep-old")
    said, _ = process.communicate(timeout=120)
    assert process.returncode == 0, said
    after = {path.name: path.read_text() for path in keys.glob("*.master")}
    assert {name for name in before if before[name] != after[name]} == {"contact.master"}
    assert [path.read_text() for path in keys.glob("contact.retired-*")] == [before["contact.master"]]
    assert not rotating.denied()


def test_without_a_service_that_must_know_the_new_key_nothing_goes_on(rotating):
    rotating.signal("courier", 19)
    process = rotate(rotating, "--partition", "contact")
    try:
        time.sleep(7)
        assert process.poll() is None and not (rotating.home / "keys" / "contact.old").exists()
    finally:
        rotating.signal("courier", 18)
    said, _ = process.communicate(timeout=120)
    assert process.returncode == 0 and "Waiting for courier" in said, said
