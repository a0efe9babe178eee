"""Thousands of mentors come and go while people are matched through two replicas; nothing that was acknowledged is
contradicted afterwards (history.py)."""

import pytest

import history
import stack as stacks

MENTORS, ASKED_PER_S, LASTS_S = 2000, 200, 15


@pytest.fixture(scope="module")
def lived():
    if stacks.from_environment():
        pytest.skip("needs the processes of a stack on this machine")
    with history.lived(MENTORS, ASKED_PER_S, LASTS_S) as world:
        yield world


def test_much_went_on(lived):
    said = lived.history
    assert len(said.lists) > 100 and len(said.accepts) > 20
    assert sum(map(len, said.paused.values())) > 100
    assert any(len(named) == 10 for _, _, named in said.lists)


def test_at_no_time_has_a_mentor_more_people_than_places(lived):
    assert not lived.too_many()
    for one, capacity in lived.capacity.items():
        standing = sum(until == history.FOR_EVER for _, until in lived.history.matched.get(one, []))
        assert lived.own.get(f"/mentors/{one}").json.get("placesTaken", 0) == standing <= capacity


def test_nobody_who_is_paused_is_listed_offered_to_or_accepts(lived):
    assert not lived.paused_and_named()


def test_nobody_without_a_free_place_is_listed_or_offered_to(lived):
    assert not lived.full_and_named()
