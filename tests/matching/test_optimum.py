"""The whole-list optimum against scipy's: linear_sum_assignment on places, and linprog on pairs."""

import os
import pathlib
import subprocess

import numpy
import pytest
from scipy.optimize import linear_sum_assignment, linprog
from scipy.sparse import coo_matrix

NONE = 0xFFFFFFFF
RANK = 10**6  # what a band counts in scipy's one number: more than all scores of these instances together
FORBIDDEN = -10**9


class Instance:
    """People, mentors, the matrix of scores (NaN: the two may not be), capacities, bands, frozen matches."""

    def __init__(self, scores, capacity, band=None, frozen=None):
        self.scores = numpy.asarray(scores, dtype=float).reshape(-1, len(capacity))
        self.n = len(self.scores)
        self.capacity = numpy.asarray(capacity, dtype=numpy.uint32)
        self.band = numpy.zeros(self.n, dtype=numpy.uint32) if band is None else numpy.asarray(band, dtype=numpy.uint32)
        self.frozen = numpy.full(self.n, NONE, dtype=numpy.uint32) if frozen is None else frozen

    def bytes(self):
        allowed = ~numpy.isnan(self.scores)
        people, mentors = numpy.nonzero(allowed)
        row = numpy.concatenate([[0], numpy.cumsum(allowed.sum(axis=1))])
        pairs = numpy.empty((len(people), 2), dtype=numpy.uint32)
        pairs[:, 0] = mentors
        pairs[:, 1] = self.scores[people, mentors].astype(numpy.int32).view(numpy.uint32)
        parts = ([self.n, len(self.capacity)], row, pairs.ravel(), self.capacity, self.band, self.frozen)
        return b"".join(numpy.asarray(part, dtype=numpy.uint32).tobytes() for part in parts)

    @property
    def active(self):
        return self.frozen == NONE

    def rank(self):
        return int(self.band.max(initial=0)) + 1 - self.band.astype(int)

    def left(self):
        taken = numpy.bincount(self.frozen[~self.active].astype(int), minlength=len(self.capacity))
        return numpy.maximum(self.capacity.astype(int) - taken, 0)

    def values(self):
        return self.scores + (self.rank() * RANK)[:, None]

    def total(self, chosen):
        """What the answer is worth; every rule of the problem is checked on the way."""
        assert (chosen[~self.active] == self.frozen[~self.active]).all()
        served = numpy.nonzero(self.active & (chosen != NONE))[0]
        loads = numpy.bincount(chosen[served].astype(int), minlength=len(self.capacity))
        assert (loads <= self.left()).all()
        values = self.values()[served, chosen[served].astype(int)]
        assert not numpy.isnan(values).any()
        return int(values.sum())


def solve(instances):
    driver = pathlib.Path(os.environ["ALONGSIDE_BUILD"]) / "solve"
    done = subprocess.run([driver], input=b"".join(i.bytes() for i in instances), capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    answers = numpy.frombuffer(done.stdout, dtype=numpy.uint32)
    assert len(answers) == sum(i.n for i in instances)
    return numpy.split(answers, numpy.cumsum([i.n for i in instances])[:-1])


def optimum(instance):
    """Each place a column of its own; behind them a column for each person in which they wait, worth nothing."""
    active = numpy.nonzero(instance.active)[0]
    places = numpy.repeat(numpy.arange(len(instance.capacity)), numpy.minimum(instance.left(), max(len(active), 1)))
    matrix = numpy.nan_to_num(instance.values()[active][:, places], nan=FORBIDDEN)
    matrix = numpy.hstack([matrix, numpy.zeros((len(active), len(active)))])
    return int(matrix[linear_sum_assignment(matrix, maximize=True)].sum())


def draw(random, most_people, most_mentors):
    n, m = int(random.integers(0, most_people + 1)), int(random.integers(1, most_mentors + 1))
    span = int(random.choice([1, 2, 5, 100]))  # one score only, and heavy ties, among them
    scores = random.integers(-span // 3, span, (n, m)).astype(float)
    scores[random.random((n, m)) > random.choice([0.05, 0.2, 0.5, 1.0])] = numpy.nan
    capacity = random.integers(0, random.choice([1, 2, 4, 9]) + 1, m)
    band = random.integers(0, random.choice([1, 2, 5]), n) if n else None
    frozen = numpy.where(random.random(n) < random.choice([0, 0.3]), random.integers(0, m, n), NONE)
    return Instance(scores, capacity, band, frozen.astype(numpy.uint32))


@pytest.mark.parametrize("seed", range(20))
def test_two_hundred_small_lists_are_as_good_as_scipys(seed):
    random = numpy.random.default_rng(seed)
    instances = [draw(random, 12, 7) for _ in range(200)]
    for instance, chosen in zip(instances, solve(instances)):
        assert instance.total(chosen) == optimum(instance)


@pytest.mark.parametrize("seed", range(10))
def test_thirty_larger_lists_are_as_good_as_scipys(seed):
    random = numpy.random.default_rng(1000 + seed)
    instances = [draw(random, 120, 40) for _ in range(30)]
    for instance, chosen in zip(instances, solve(instances)):
        assert instance.total(chosen) == optimum(instance)


def towns(random, n_towns):
    """Towns with more people than places beside towns with fewer, and a few who would go to the next one."""
    n, m = 60 * n_towns, 12 * n_towns
    scores = numpy.full((n, m), numpy.nan)
    for person, town in enumerate(numpy.minimum(random.integers(0, n_towns, n), random.integers(0, n_towns, n))):
        there = numpy.where(random.random(6) < 0.1, town + 1, town) % n_towns * 12 + random.integers(0, 12, 6)
        scores[person, there] = random.integers(0, 1000, 6)
    return Instance(scores, random.integers(1, 10, m), random.integers(0, 3, n))


@pytest.mark.parametrize("seed", range(5))
def test_towns_with_more_people_than_places_are_as_good_as_the_linear_programme(seed):
    instance = towns(numpy.random.default_rng(seed), 12)
    allowed = ~numpy.isnan(instance.scores)
    people, mentors = numpy.nonzero(allowed)
    columns = numpy.arange(len(people))
    ones = numpy.ones(len(people))
    each_person = coo_matrix((ones, (people, columns)))
    each_mentor = coo_matrix((ones, (mentors, columns)), shape=(len(instance.capacity), len(people)))
    limits = numpy.concatenate([numpy.ones(each_person.shape[0]), instance.capacity])
    found = linprog(-instance.values()[allowed], numpy.vstack([each_person.toarray(), each_mentor.toarray()]), limits,
                    bounds=(0, 1), method="highs")
    (chosen,) = solve([instance])
    assert instance.total(chosen) == round(-found.fun)


def test_mentors_without_a_place_and_people_without_a_pair_are_left_alone():
    nobody = Instance(numpy.full((3, 2), numpy.nan), [1, 1])
    no_place = Instance([[5.0, 3.0], [4.0, 2.0]], [0, 0])
    nothing = Instance(numpy.empty((0, 1)), [2])
    assert [list(a) for a in solve([nobody, no_place, nothing])] == [[NONE] * 3, [NONE] * 2, []]


def test_an_earlier_band_comes_first_whatever_the_score():
    instance = Instance([[900.0], [1.0]], [1], [1, 0])
    (chosen,) = solve([instance])
    assert list(chosen) == [NONE, 0]


def test_a_choice_between_bands_never_costs_a_match():
    random = numpy.random.default_rng(5)
    instances = [draw(random, 60, 20) for _ in range(100)]
    without = [Instance(i.scores, i.capacity, None, i.frozen) for i in instances]
    for banded, plain in zip(solve(instances), solve(without)):
        assert (banded != NONE).sum() == (plain != NONE).sum()


def test_the_same_list_gives_the_same_answer():
    random = numpy.random.default_rng(6)
    instances = [draw(random, 60, 20) for _ in range(100)]
    for once, again in zip(solve(instances), solve(instances)):
        assert (once == again).all()
