// What waits on this phone to be sent: how many notes there are, without their text; and sending them, once there is a
// connection and the mentor is signed in. Each has the id that it was given when it was written, so that it arrives once.
//
// A note that was written when the page was opened without a connection says nothing of whose it is, since no list of
// people lies on the phone. The mentor is shown it again, and says so then.
import { call } from './mentor-session.js';
import { canLock, lock, locked, newPair, open, unlock, useKey } from './mentor-locked.js';
import { button, draws, element, fill, forgets, loads, say, tell, trouble } from './mentor-views.js';

let loose = [];      // [{ id, text }]: opened, and nobody knows whose; in memory only
let people = [];

const byId = (id) => document.getElementById(id);

function looseCard(of) {
  const about = people.map(({ crn, givenName }) =>
    button(fill('noteAbout', 'name', givenName || crn), () => choose(of, crn)));
  const away = button(say('throwAway'), () => confirm(say('discard')) && (drop(of), showWaiting()));
  return element('li', '', element('article', '', element('p', of.text), ...about, away));
}

async function choose(of, crn) {
  try {
    if (await send(of, crn)) tell('saved');
  } catch {
    trouble(say('offlineKept'));
  }
  showWaiting();
}

export function showWaiting() {
  const n = locked().length;
  byId('waiting').hidden = n === 0;
  byId('waiting').textContent = n === 1 ? say('oneWaits') : fill('manyWait', 'n', String(n));
  byId('loose').hidden = loose.length === 0;
  byId('loose-list').replaceChildren(...loose.map(looseCard));
}
draws(showWaiting);

function drop(of) {
  unlock(of.id);
  loose = loose.filter(({ id }) => id !== of.id);
}

// Keeps a note on this phone. False: it cannot be kept here, and stays in its form.
export async function keepNote(id, content) {
  try {
    const kept = canLock() && await lock(id, content);
    showWaiting();
    return kept;
  } catch {
    return false;
  }
}

// The mentor's pair, made where there is none yet. Of two phones that make one at once, one is told to read the other's.
async function pairOf() {
  let answer = await call('GET', 'my-unsent-key');
  if (answer.status === 200 && !answer.body?.publicKey && globalThis.crypto?.subtle) answer = await call('PUT', 'my-unsent-key', await newPair());
  if (answer.status === 409) answer = await call('GET', 'my-unsent-key');
  return answer.body?.publicKey ? answer.body : null;
}

// True: it has arrived, now or before (409: its id is taken, by nothing but itself). What cannot be taken for this person,
// who may have another mentor now, is shown to the mentor again.
async function send(of, crn) {
  const answer = await call('PUT', `notes/${of.id}`, { crn, text: { text: of.text } });
  const arrived = answer.status < 300 || answer.status === 409;
  if (arrived) drop(of);
  else if (answer.status >= 500 || answer.status === 429) trouble(say('failedKept'));
  else if (answer.status !== 401) show(of);
  return arrived;
}

function show(of) {
  if (!loose.some(({ id }) => id === of.id)) loose.push(of);
  return false;
}

// True: it was sent.
async function sendOne(of, pair) {
  const content = of.key === pair.publicKey && await open(of, pair.secret.text).catch(() => null);
  if (content) return content.crn ? send({ ...content, id: of.id }, content.crn) : show({ ...content, id: of.id });
  unlock(of.id);
  trouble(say('neverOpens'));
  return false;
}

// The key is read whenever somebody signs in: the phone may have had another mentor before.
async function sendAll() {
  const pair = await pairOf();
  if (!pair) return;
  useKey(pair.publicKey);
  let sent = 0;
  for (const of of locked()) sent += await sendOne(of, pair);
  if (sent) tell('sentNow');
}

// One page at a time sends; another that is open finds nothing left to send.
export async function sendWaiting() {
  try {
    await (navigator.locks ? navigator.locks.request('alongside-waiting', sendAll) : sendAll());
  } catch {
    // No connection: what waits goes on waiting.
  }
  showWaiting();
}

// Whom a note may be about, as they were read last.
export function knowPeople(list) {
  people = list;
}

loads(sendWaiting);
forgets(() => {
  loose = people = [];
  byId('loose-list').replaceChildren();
});
