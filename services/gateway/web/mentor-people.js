// What a mentor does for their own people, while signed in.
//
//   people --> person --> explain, contact, write --> person
//                 '-----> disclose (from one of the notes) --> passed
//
// A phone may be stolen. Nothing that is written or read here is stored on it in a form that it could open itself: a note
// lives in this page's memory until the service has it, or waits closed (mentor-locked.js) where there is no connection;
// and what was read is forgotten when the page has been out of sight for a while. What could not be sent is sent again
// under the same id, so that it arrives once.
import { call } from './mentor-session.js';
import { peopleWords } from './mentor-people-words.js';
import { keepNote, knowPeople } from './mentor-waiting.js';
import { moment } from './offer-words.js';
import {
  ask, beginViews, button, draws, element, endViews, fill, forget, forgets, go, keeps, language, loads, localTime, openHome,
  opens, render, say, sends, tell, trouble, view, wouldLose,
} from './mentor-views.js';

const FORGET_MS = 5 * 60000;
const LOOK_AGAIN_MS = 10000;

let people = [];
let wording = null;      // of confidentiality, in both languages
let wordingIn = 'en';    // in which it is read to the person
let person = null;       // the one of `people` whose page is open
let notes = [];
let note = null;         // from which something is passed on
let extract = '';
let begunAt = null;      // when the explanation was opened
let sent = { key: '', id: '' };  // the id of what is being sent; another content gets another
let raised = null;       // the disclosure's id and how far it has come
let raisedBefore = []; // the same of all that are not closed
let watching = 0;
let hiddenSince = 0;

const byId = (id) => document.getElementById(id);

// --- showing

function isExplained(of) {
  return Boolean(wording && of.explainedVersion >= wording.version);
}

function nextOf(of) {
  const when = of.nextStartsAt ? moment(language, new Date(of.nextStartsAt)) : '';
  return when ? [fill('nextAt', 'when', when), of.nextPlace].filter(Boolean).join(', ') : say('noNext');
}

function personCard(of) {
  const card = button(of.givenName || of.crn, () => openPerson(of), element('small', nextOf(of)));
  if (!isExplained(of)) card.append(element('small', say('explainedNo')));
  return element('li', '', card);
}

function noteCard(of) {
  const passOn = button(say('passOn'), () => openDisclosure(of));
  const time = element('time', moment(language, new Date(of.writtenAt)));
  const card = element('article', '', time, element('p', of.text?.text || ''), passOn);
  return element('li', '', card);
}

function showPerson() {
  byId('person-name').textContent = person.givenName || person.crn;
  byId('ask-first').hidden = !person.askFirst;
  byId('next').textContent = nextOf(person);
  byId('explained').textContent = say(isExplained(person) ? 'explainedYes' : 'explainedNo');
  byId('no-engagement').hidden = Boolean(person.engagementId);
  byId('go-explain').hidden = byId('go-contact').hidden = !person.engagementId;
  byId('go-explain').classList.toggle('primary', !isExplained(person));
  byId('notes').replaceChildren(...(notes.length ? notes.map(noteCard) : [element('li', say('noNotes'))]));
}

// Read to the person, and touched by them: so in the person's language and not in the mentor's.
function showWording() {
  const text = wording[wordingIn], words = peopleWords[wordingIn];
  const passedOn = text.passedOn.map(({ what, to }) =>
    element('li', `${what}: `, element('strong', words.passedTo.replace('{to}', () => to))));
  byId('wording-title').textContent = text.title;
  byId('wording').replaceChildren(
    element('p', text.intro), element('h2', words.stays), element('ul', '', ...text.stays.map((line) => element('li', line))),
    element('h2', words.passedOn), element('ul', '', ...passedOn));
  byId('wording-acknowledgement').textContent = text.acknowledgement;
  for (const part of document.querySelectorAll('[data-sends="explain"] [data-say]')) part.textContent = words[part.dataset.say];
  for (const part of [byId('wording-title'), byId('wording'), document.querySelector('[data-sends="explain"]')]) part.lang = wordingIn;
  byId('wording-language').textContent = say(wordingIn === 'en' ? 'inWelsh' : 'inEnglish');
  byId('wording-language').lang = wordingIn === 'en' ? 'cy' : 'en';
}

function howFar(of) {
  if (of.state !== 'DISCLOSURE_RAISED') return fill('taken', 'when', moment(language, new Date(of.acknowledgedAt)));
  return of.alerted || !of.telephone ? say('waiting') : fill('nobodyYet', 'telephone', of.telephone);
}

draws(() => {
  byId('people').replaceChildren(...people.map(personCard));
  byId('no-people').hidden = people.length > 0;
  if (person) showPerson();
  if (view === 'explain') showWording();
  if (view === 'passed' && raised) byId('passed').textContent = howFar(raised);
  byId('passed-on').hidden = raisedBefore.length === 0;
  byId('passed-on-list').replaceChildren(...raisedBefore.map((of) => element('li', howFar(of))));
});

// --- asking and sending

function idFor(content) {
  const key = JSON.stringify(content);
  if (sent.key !== key) sent = { key, id: crypto.randomUUID() };
  return sent.id;
}

// Sends what a form holds. Answers what ask() does; `whenOffline` is given the id that it has.
async function put(kind, content, whenOffline) {
  const id = idFor({ kind, content });
  const answer = await ask('PUT', `${kind}/${id}`, content, whenOffline && (() => whenOffline(id)));
  if (answer) sent = { key: '', id: '' };
  return answer;
}

async function loadPeople() {
  wording ||= await ask('GET', 'confidentiality');
  const answer = wording && await ask('GET', 'my-people');
  const disclosed = answer && await ask('GET', 'my-disclosures?limit=200');
  if (answer) knowPeople(people = answer.people || []);
  if (disclosed) raisedBefore = (disclosed.disclosures || []).filter(({ state }) => state !== 'DISCLOSURE_CLOSED');
  if (answer && person) person = people.find(({ crn }) => crn === person.crn) || null;
}
loads(loadPeople);

async function loadNotes() {
  notes = [];
  for (let after = ''; after !== null;) {
    const answer = await ask('GET', `people/${person.crn}/notes?after=${encodeURIComponent(after)}`);
    if (!answer) return;
    notes.push(...(answer.notes || []));
    after = answer.next || null;
  }
  notes.reverse();
}

// --- one view after another

async function openPerson(of) {
  person = of;
  await loadNotes();
  if (person) go('person');
}

async function backToPerson(said) {
  await loadPeople();
  if (!person) return go('people');
  await openPerson(person);
  trouble('');
  tell(said);
}

function openDisclosure(of) {
  note = of;
  extract = '';
  byId('whole').value = of.text?.text || '';
  byId('extract').textContent = '';
  byId('said').value = localTime(new Date(of.writtenAt));
  byId('untold').hidden = true;
  go('disclose');
}

Object.assign(opens, {
  people: () => { person = null; notes = []; return openHome(); },
  person: () => { document.querySelector('[data-sends="write"]').reset(); clearTimeout(watching); go('person'); },
  explain: () => { begunAt = new Date(); wordingIn = person.language === 'WELSH' ? 'cy' : 'en'; go('explain'); },
  contact: () => { byId('began').value = localTime(new Date(Date.now() - 3600000)); go('contact'); },
  write: () => go('write'),
});

// Without a connection a note waits on the phone, closed, and is sent under the id that it has.
async function leaveNote(id, content) {
  if (!await keepNote(id, { crn: content.crn, text: content.text.text })) return trouble(say('offlineKept'));
  sent = { key: '', id: '' };
  go('person');
  tell('keptHere');
}

function attendanceOf(came) {
  if (['ON_TIME', 'LATE_WITH_REASON'].includes(came)) return { happened: 'HAPPENED', attended: came, complied: true };
  const reason = came === 'PERSON_ACCEPTABLE' ? { reason: 'OTHER_REASON' } : {};
  return { happened: 'DID_NOT_HAPPEN', attended: 'DID_NOT_ATTEND', absence: came, ...reason };
}

// What each form sends.
Object.assign(sends, {
  async explain(form) {
    const content = { engagementId: person.engagementId, version: wording.version, acknowledged: form.get('how'),
      language: wordingIn === 'cy' ? 'WELSH' : 'ENGLISH', givenAt: begunAt.toISOString(), acknowledgedAt: pressedAt() };
    return await put('explanations', content) && backToPerson('saved');
  },
  async contact(form) {
    const startsAt = new Date(form.get('began')), attendance = attendanceOf(form.get('came'));
    const content = { engagementId: person.engagementId, startsAt: startsAt.toISOString(), attendance,
      endsAt: new Date(+startsAt + Number(form.get('minutes')) * 60000).toISOString(), mode: form.get('mode'),
      function: 'SUPPORT', participants: attendance.happened === 'HAPPENED' ? ['PERSON', 'MENTOR'] : [] };
    return await put('sessions', content) && backToPerson('saved');
  },
  async write(form) {
    const content = { crn: person.crn, text: { text: form.get('text') } };
    return await put('notes', content, (id) => leaveNote(id, content)) && backToPerson('saved');
  },
  async disclose(form) {
    if (!extract) return trouble(say('nothingTaken'));
    const untold = form.get('told') === 'NO' ? { untoldWhy: { text: form.get('untoldWhy') } } : {};
    const content = { crn: person.crn, kind: form.get('kind'), extract: { text: extract }, told: form.get('told'),
      saidAt: new Date(form.get('said')).toISOString(), noteId: note.id, ...untold };
    const answer = await put('disclosures', content);
    return answer && openPassed(answer);
  },
});

// Of one sending, the moment is the same when it is tried again: it is part of the content.
let pressed = { at: '', begun: null };
function pressedAt() {
  if (pressed.begun !== begunAt) pressed = { at: new Date().toISOString(), begun: begunAt };
  return pressed.at;
}

// Until a named human has it in hand, the page looks again.
function openPassed(answer) {
  raised = answer;
  go('passed');
  clearTimeout(watching);
  if (raised.state === 'DISCLOSURE_RAISED') watching = setTimeout(lookAgain, LOOK_AGAIN_MS);
}
async function lookAgain() {
  const answer = await call('GET', 'my-disclosures?limit=200').catch(() => null);
  const now = answer?.body?.disclosures?.find(({ id }) => id === raised?.id);
  if (now) raised = now;
  if (view !== 'passed') return;
  render();
  if (raised.state === 'DISCLOSURE_RAISED') watching = setTimeout(lookAgain, LOOK_AGAIN_MS);
}

function takeExtract() {
  const whole = byId('whole');
  extract = whole.value.slice(whole.selectionStart, whole.selectionEnd).trim();
  byId('extract').textContent = extract;
  trouble(extract ? '' : say('nothingTaken'));
}

// --- what was read is forgotten

keeps(() => view === 'write' && byId('text').value !== '');

forgets(() => {
  clearTimeout(watching);
  person = note = raised = null;
  people = notes = raisedBefore = [];
  extract = '';
  for (const id of ['notes', 'person-name', 'next', 'extract', 'passed', 'passed-on-list']) byId(id).replaceChildren();
  byId('whole').value = '';
});

function openAll() {
  forget();
  return opens.people();
}

function onVisibility() {
  if (document.hidden) hiddenSince = Date.now();
  else if (view !== 'people' && !wouldLose() && Date.now() - hiddenSince > FORGET_MS) openAll();
}

// --- for mentor.js

export function openPeople(inLanguage, whenSignedOut) {
  beginViews(inLanguage, whenSignedOut);
  return openAll();
}

export { endViews as closePeople, speakViews as speakPeople } from './mentor-views.js';

document.addEventListener('visibilitychange', onVisibility);
byId('take').addEventListener('click', takeExtract);
byId('wording-language').addEventListener('click', () => { wordingIn = wordingIn === 'en' ? 'cy' : 'en'; showWording(); });
document.querySelector('[data-sends="disclose"]').addEventListener('change', (event) => {
  if (event.target.name !== 'told') return;
  byId('untold').hidden = event.target.value !== 'NO';
  byId('untold-why').required = event.target.value === 'NO';
});
