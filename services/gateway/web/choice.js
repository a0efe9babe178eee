// The page on which a person chooses a mentor, on a tablet beside their practitioner or by themselves.
//
//   sign-in --> (person) --> choose --> done --> choose ...
//                  |            '--> declining --> done
//                  '--> nobody: there is none to choose from
//
// A link is choice#<area>/<CRN>; without a CRN the page asks for it. It shows what the service says of each mentor, and
// nothing of anybody else. What was recorded is read back from the service before the page says so.
import { arm, ask, attempt, begin, by, say, show, Trouble, wanted } from './sign-in.js';
import { words } from './choice-words.js';
import { moment } from './offer-words.js';

const CRN = /^[A-Z][0-9]{6}$/;

// ranked: ids of mentors in the person's order, as it stands on the page.
const state = { language: navigator.language?.startsWith('cy') ? 'cy' : 'en', crn: '', choices: null, ranked: [] };
const text = () => words[state.language];
const path = (what) => `/people/${state.crn}/${what}`;
const mentors = () => state.choices?.choices ?? [];

// --- in which language

function speak(language) {
  state.language = language;
  document.documentElement.lang = language === 'cy' ? 'cy' : 'en-GB';
  document.title = `${text().title} – Alongside`;
  for (const element of document.querySelectorAll('[data-say]')) element.textContent = text()[element.dataset.say];
  by('language').textContent = text().other;
  by('language').lang = language === 'cy' ? 'en' : 'cy';
  showMentors();
  showDone();
}

// --- choosing

function rankOf(id) {
  return state.ranked.indexOf(id);
}

const inRank = (mentor, rank) => `${text().ranks[rank]}: ${mentor.givenName}`;

function showRank(item, mentor) {
  const rank = rankOf(mentor.mentorId), button = item.querySelector('button');
  item.classList.toggle('chosen', rank >= 0);
  button.setAttribute('aria-pressed', String(rank >= 0));
  button.textContent = rank < 0 ? text().pick.replace('{name}', () => mentor.givenName) : inRank(mentor, rank);
}

function showRanks() {
  mentors().forEach((mentor, i) => showRank(by('mentors').children[i], mentor));
}

// Who is chosen comes last of those chosen; who is let go makes room for the next.
function toggle(mentor) {
  const at = rankOf(mentor.mentorId);
  if (at < 0) state.ranked.push(mentor.mentorId);
  else state.ranked.splice(at, 1);
  showRanks();
  say(at < 0 ? inRank(mentor, state.ranked.length - 1) : `${text().unpicked}: ${mentor.givenName}`);
}

function listItem(textContent) {
  return Object.assign(document.createElement('li'), { textContent });
}

function mentorCard(mentor) {
  const item = by('mentor').content.cloneNode(true).firstElementChild, list = item.querySelector('.words');
  item.querySelector('h2').textContent = mentor.givenName;
  list.id = `words-${mentor.mentorId}`;
  list.lang = state.choices.language === 'WELSH' ? 'cy' : 'en';
  list.append(...(mentor.words ?? []).map(listItem));
  item.querySelector('button').setAttribute('aria-describedby', list.id);
  item.querySelector('button').addEventListener('click', () => attempt(() => toggle(mentor)));
  return item;
}

function showMentors() {
  by('mentors').replaceChildren(...mentors().map(mentorCard));
  by('intro').textContent = by('nobody-text').textContent = state.choices?.words ?? '';
  showRanks();
}

// --- what was recorded

function showDone() {
  const chosen = state.ranked.map((id) => mentors().find((m) => m.mentorId === id));
  by('chosen').replaceChildren(...chosen.map((mentor, rank) => listItem(inRank(mentor, rank))));
  by('done-text').textContent = chosen.length ? text().doneText : text().declinedText;
  by('said-at').textContent = state.choices?.chosenAt ? moment(state.language, new Date(state.choices.chosenAt)) : '';
}

function view() {
  if (!mentors().length) return 'nobody';
  return state.ranked.length || state.choices.declined ? 'done' : 'choose';
}

async function read() {
  state.choices = await ask('GET', path('choices'));
  const ranked = mentors().filter((m) => m.rank).sort((a, b) => a.rank - b.rank);
  state.ranked = ranked.map((m) => m.mentorId);
}

async function open(crn) {
  state.crn = crn;
  await read();
  speak(state.choices.language === 'WELSH' ? 'cy' : 'en');
  show(view());
}

async function record(choice) {
  await ask('PUT', path('choice'), choice);
  await read();
  speak(state.language);
  show(view());
  say(text().done);
}

function save() {
  if (!state.ranked.length) throw new Trouble(text().nothing);
  return record({ ranked: state.ranked });
}

// --- in and out

function forget() {
  Object.assign(state, { crn: '', choices: null, ranked: [] });
  by('person').reset();
  speak(state.language);
}

async function enter() {
  if (CRN.test(wanted().toUpperCase())) await open(wanted().toUpperCase());
  else show('person');
}

function openPerson() {
  const crn = by('crn').value.trim().toUpperCase();
  if (!CRN.test(crn)) throw new Trouble(text().crnWrong);
  return open(crn);
}

by('language').addEventListener('click', () => attempt(() => speak(state.language === 'cy' ? 'en' : 'cy')));
const choose = () => show('choose'), decline = () => record({ declined: true });
arm({ submit: { person: openPerson },
  click: { save, decline, none: () => show('declining'), back: choose, change: choose } });
speak(state.language);
begin({ kept: 'alongside-choice', enter, forget, says: () => text().troubles });
