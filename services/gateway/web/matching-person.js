// One person on the coordinator's page: who it is, what they chose, and either the offer or match that stands, or who
// fits. Of those who fit up to three can be shown to the person, or one of them be offered.
import { showMatch } from './matching-match.js';
import { action, copyOf, element, fact, fullName, nameOf, readMentors } from './matching-parts.js';
import { offerAsks, plural, points, ranks } from './matching-words.js';
import { area, arm, ask, askAll, by, say, show, Trouble } from './sign-in.js';

const CRN = /^[A-Z][0-9]{6}$/;
const CANDIDATES_SHOWN = 10;
const CHOICES_MOST = 3;

let crn = '';

// --- who, and what they chose

function choiceWords({ choices = [], chosenAt, declined }) {
  const names = (list) => list.map((c) => c.givenName).join(', ');
  const chosen = choices.filter((c) => c.rank).sort((a, b) => a.rank - b.rank);
  if (declined) return 'None of those who were shown';
  if (!choices.length) return 'Nobody was shown to them yet';
  if (!chosenAt) return `Shown: ${names(choices)}. They have not said yet`;
  return names(chosen) || 'Whom they chose fits no longer';
}

function showFacts(person, choices) {
  const list = by('person-facts');
  list.replaceChildren();
  fact(list, 'Person', fullName(person.personal));
  fact(list, 'Practitioner', person.practitioner);
  fact(list, 'Their own choice', choiceWords(choices));
  by('choice-link').href = `choice#${area()}/${crn}`;
}

// --- who fits

function candidateWords({ chosen, declined, score = 0, placesFree = 0 }) {
  const choice = chosen ? `${ranks[chosen - 1]}. ` : declined ? 'The person did not want this mentor. ' : '';
  return `${choice}Score ${score}; ${plural(placesFree, 'place', 'places')} free.`;
}

function candidateCard(candidate) {
  const item = copyOf('candidate'), name = nameOf(candidate.mentorId), id = crypto.randomUUID();
  item.querySelector('input').value = candidate.mentorId;
  item.querySelector('label').append(` ${name}`);
  item.querySelector('p').textContent = candidateWords(candidate);
  const reasons = item.querySelector('ul');
  for (const r of candidate.reasons ?? []) element('li', `${points(r.points ?? 0)}: ${r.words}`, reasons);
  item.querySelector('button').textContent = `Offer to ${name}`;
  action(item.querySelector('button'), () => offer(id, candidate.mentorId));
  return item;
}

async function showCandidates(person, standing) {
  const free = !standing && Boolean(person.mentoring?.wanted);
  const found = free ? await ask('GET', `/people/${crn}/candidates?limit=${CANDIDATES_SHOWN}`) : {};
  by('fits').hidden = !free;
  by('candidates').replaceChildren(...(found.candidates ?? []).map(candidateCard));
  by('show-choices').hidden = !found.candidates?.length;
  by('candidates-none').hidden = Boolean(found.candidates?.length);
}

// The id was drawn with the card: pressed twice, it is one offer.
async function offer(id, mentorId) {
  if (!confirm(offerAsks(crn, nameOf(mentorId)))) return;
  await ask('PUT', `/offers/${id}`, { crn, mentorId });
  await readPerson(`${crn} is offered to ${nameOf(mentorId)}.`);
}

async function showChoices() {
  const mentorIds = [...by('candidates').querySelectorAll('input:checked')].map((box) => box.value);
  if (!mentorIds.length || mentorIds.length > CHOICES_MOST) throw new Trouble('Tick one to three mentors.');
  await ask('PUT', `/people/${crn}/choices`, { mentorIds });
  await readPerson('The person can choose now.');
}

// --- all of it

const isStanding = (o) => o.state === 'OFFERED' || (o.state === 'ACCEPTED' && !o.endedAt);

async function readPerson(said) {
  const [person, choices, offers] = await Promise.all([ask('GET', `/people/${crn}`),
    ask('GET', `/people/${crn}/choices`), askAll(`/people/${crn}/offers`, 'offers')]);
  const standing = offers.find(isStanding);
  offers.sort((a, b) => new Date(b.offeredAt) - new Date(a.offeredAt));
  showFacts(person, choices);
  await Promise.all([showMatch(standing ?? offers[0], readPerson), showCandidates(person, standing)]);
  by('person-title').textContent = crn;
  show('person');
  say(said);
}

export const isCrn = (text) => CRN.test(text);

export async function openPerson(whose) {
  crn = whose;
  await readMentors();
  await readPerson(crn);
}

export function forgetPerson() {
  crn = '';
  for (const id of ['person-facts', 'candidates', 'person-title']) by(id).replaceChildren();
  by('choice-link').removeAttribute('href');
  by('find').reset();
  return showMatch();
}

function find() {
  const whose = by('crn').value.trim().toUpperCase();
  if (!isCrn(whose)) throw new Trouble('Enter a case number: a letter and six digits.');
  by('find').reset();
  return openPerson(whose);
}

arm({ submit: { find, 'show-choices': showChoices } });
