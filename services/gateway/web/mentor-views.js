// The views of the mentor's page while somebody is signed in: one is shown at a time. Each of the modules that fill them
// adds what it draws, what a button opens, what a form sends, and what must be forgotten.
import { call } from './mentor-session.js';
import { peopleWords } from './mentor-people-words.js';

export let language = 'en';
export let view = 'people';
export const opens = {};    // by data-goes of a button in a view
export const sends = {};    // by data-sends of a form; a form whose content has arrived leads to another view
const loaders = [];         // of what the first view shows
const drawers = [];
const forgetters = [];
const keepers = [];         // each says whether something would be lost by leaving the view
let onSignedOut = () => {};

const byId = (id) => document.getElementById(id);
export const say = (key) => peopleWords[language][key];
export const fill = (key, name, value) => say(key).replace(`{${name}}`, () => value);

export function loads(load) { loaders.push(load); }
export function draws(draw) { drawers.push(draw); }
export function forgets(forget) { forgetters.push(forget); }
export function keeps(unsent) { keepers.push(unsent); }

export function element(tag, text, ...children) {
  const made = document.createElement(tag);
  made.textContent = text;
  made.append(...children);
  return made;
}

export function button(text, does, ...children) {
  const made = element('button', text, ...children);
  made.type = 'button';
  made.addEventListener('click', does);
  return made;
}

export function localTime(date) {
  return new Date(date - date.getTimezoneOffset() * 60000).toISOString().slice(0, 16);
}

// --- showing

export function render() {
  for (const draw of drawers) draw();
}

export function trouble(text) {
  byId('trouble').textContent = text;
  byId('trouble').hidden = !text;
  if (text) byId('trouble').scrollIntoView({ block: 'center' });
}

export function go(next) {
  view = next;
  trouble('');
  for (const part of document.querySelectorAll('[data-view]')) part.hidden = part.dataset.view !== view;
  render();
  scrollTo(0, 0);
  document.querySelector(`[data-view="${view}"] h1`).focus();
}

export async function openHome() {
  go('people');
  for (const load of loaders) await load();
  render();
}

// Says something to who does not see it, too.
export function tell(key) {
  byId('status').textContent = key ? say(key) : '';
}

// --- asking and sending

function troubleOf(status, body) {
  const first = body?.errors?.[0];
  if (status === 404) return say('notYours');
  if (status === 422 && first?.pointer === '/engagementId') return say('explainFirst');
  if (status >= 500 || status === 429) return say('failedKept');
  return fill('notTaken', 'why', first?.detail || body?.detail || '');
}

// { status, body } of the answer, or null where there is no connection, or nobody is signed in any more: then the reader
// has been told; or `whenOffline` has been called.
export async function answerOf(method, path, body, whenOffline = () => trouble(say('offlineKept'))) {
  let answer;
  try {
    answer = await call(method, path, body);
  } catch {
    await whenOffline();
    return null;
  }
  if (answer.status !== 401) return answer;
  onSignedOut();
  return null;
}

// The body of the answer, or null where there is none: then the reader has been told why.
export async function ask(method, path, body, whenOffline) {
  const answer = await answerOf(method, path, body, whenOffline);
  if (!answer) return null;
  if (answer.status < 300) return answer.body || {};
  trouble(troubleOf(answer.status, answer.body));
  return null;
}

// --- for mentor.js and mentor-people.js

export function speakViews(inLanguage) {
  language = inLanguage;
  render();
}

export function beginViews(inLanguage, whenSignedOut) {
  language = inLanguage;
  onSignedOut = whenSignedOut;
}

// What was read is forgotten, and every form emptied.
export function forget() {
  for (const form of document.querySelectorAll('[data-sends]')) form.reset();
  for (const forgetOne of forgetters) forgetOne();
}

export function wouldLose() {
  return keepers.some((unsent) => unsent());
}

export function endViews() {
  forget();
  view = 'people';
  render();
}

async function onSubmit(event) {
  const form = event.target, kind = form.dataset.sends;
  event.preventDefault();
  if (form.dataset.busy) return;
  form.dataset.busy = 'yes';
  tell('sending');
  trouble('');
  try {
    await sends[kind](new FormData(form));
    if (view !== kind) form.reset();
  } finally {
    delete form.dataset.busy;
  }
}

function onClick(event) {
  const where = event.target.closest('[data-view] button')?.dataset.goes;
  if (where && (!wouldLose() || confirm(say('discard')))) opens[where]();
}

for (const form of document.querySelectorAll('[data-sends]')) form.addEventListener('submit', onSubmit);
document.addEventListener('click', onClick);
addEventListener('beforeunload', (event) => { if (wouldLose()) event.preventDefault(); });
addEventListener('pagehide', forget);
