// The mentor's own page: signs in with a link, shows the mentor's people, signs out. The sign-in itself is
// mentor-session.js; what is done for people, while somebody is signed in, is mentor-people.js.
//
//   loading --> link ----> in ----> ended
//      |          |         ^
//      |          '--> used |           used, out --> asked
//      |--> in -------------'               |
//      |--> out                             '--> nobody: there is nothing here to ask with
//      '--> offline (a note can be written and waits), failed: try again
import { askForLink, begin, signOut, useLink } from './mentor-session.js';
import './mentor-offers.js';
import './mentor-meetings.js';
import './mentor-break.js';
import { canLock, locked, wipe } from './mentor-locked.js';
import { keepNote, sendWaiting, showWaiting } from './mentor-waiting.js';
import { closePeople, openPeople, speakPeople } from './mentor-people.js';
import { peopleWords } from './mentor-people-words.js';
import { words } from './mentor-words.js';

let state = 'loading';
let who = null;         // a SignedIn, while somebody is
let language = (navigator.language || '').startsWith('cy') ? 'cy' : 'en';
let chosen = false;     // the reader chose the language, which then stays
let again = start;      // what "try again" does
let aloneSaid = '';     // what was said last of a note that was written without a connection
let quiet = true;       // the page has only just been opened: the focus stays where it is

const byId = (id) => document.getElementById(id);
const say = (key) => words[language][key] ?? peopleWords[language][key];

function speak() {
  document.documentElement.lang = language;
  for (const element of document.querySelectorAll('[data-say]')) element.textContent = say(element.dataset.say);
  byId('language').textContent = say('other');
  byId('language').lang = language === 'cy' ? 'en' : 'cy';
  byId('hello').textContent = who?.givenName ? say('hello').replace('{name}', () => who.givenName) : '';
  document.title = `${say(state)} – Alongside`;
  byId('alone').hidden = !canLock();
  byId('alone-said').textContent = aloneSaid && say(aloneSaid);
  speakPeople(language);
}

// Shows one state, and takes the reader there: the status is read out, and the focus moves to the heading, unless the page
// has only just been opened.
function show(next) {
  state = next;
  aloneSaid = '';
  for (const section of document.querySelectorAll('[data-state]')) section.hidden = section.dataset.state !== state;
  byId('sign-out').hidden = state !== 'in';
  speak();
  byId('status').textContent = say(state);
  if (!quiet) document.querySelector(`[data-state="${state}"] h1`).focus();
  if (state !== 'loading') quiet = false;
}

function showSession(session) {
  who = session.who || null;
  if (who && !chosen) language = who.language === 'WELSH' ? 'cy' : 'en';
  show(session.state);
  if (who) openPeople(language, signedOut);
}
// Found out by a call: nobody is signed in here any more.
function signedOut() {
  who = null;
  closePeople();
  show('out');
}

// Does one thing and shows what came of it; it can be tried again as it is.
async function attempt(work) {
  again = () => attempt(work);
  show('loading');
  try {
    await work();
  } catch (error) {
    show(error instanceof TypeError || error.name === 'AbortError' ? 'offline' : 'failed');
  }
}

function start() {
  attempt(async () => showSession(await begin()));
}
async function ask() {
  show(await askForLink() ? 'asked' : 'nobody');
}
async function end() {
  if (locked().length && !confirm(say('waitingLost'))) return show('in');
  if (!(await signOut())) throw new Error('not signed out');
  who = null;
  wipe();
  closePeople();
  show('ended');
}

const does = {
  use: () => attempt(async () => showSession(await useLink())),
  ask: () => attempt(ask),
  again: () => again(),
};

// Without a connection: nobody is shown, and a note can be written that is kept here until there is one.
async function onAlone(event) {
  event.preventDefault();
  const kept = await keepNote(crypto.randomUUID(), { text: byId('alone-text').value });
  if (kept) byId('alone-text').value = '';
  aloneSaid = kept ? 'keptHere' : 'notKept';
  speak();
}

// Back: the page goes on where it is, or signs in again.
function onOnline() {
  if (state === 'in') sendWaiting();
  else if (state === 'offline' && byId('alone-text').value === '') start();
}

function onClick(event) {
  const button = event.target.closest('button');
  if (button?.dataset.does) does[button.dataset.does]();
}

function onLanguage() {
  chosen = true;
  language = language === 'cy' ? 'en' : 'cy';
  speak();
}

document.addEventListener('click', onClick);
byId('language').addEventListener('click', onLanguage);
byId('sign-out').addEventListener('click', () => attempt(end));
byId('alone').addEventListener('submit', onAlone);
addEventListener('online', onOnline);
addEventListener('hashchange', () => location.hash && start());
start();
showWaiting();
// A browser without service workers, or one that forbids them, needs a connection to open the page.
navigator.serviceWorker?.register('mentor-sw.js', { scope: './mentor' }).catch(() => {});
