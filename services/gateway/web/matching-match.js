// One offer or match on the coordinator's page: how it stands, and what can be recorded of it.
//
//   offered --> accepted: introduce, cover --> ending (a goodbye is due) --> ended: how it was
import { element, fact, mentorIds, nameOf } from './matching-parts.js';
import { feedbackWords, moment, offerStates } from './matching-words.js';
import { arm, ask, askAll, by, Trouble } from './sign-in.js';

let offer = null, readAgain = null;

const at = (text) => moment(new Date(text));
const stands = () => offer?.state === 'ACCEPTED' && !offer.endedAt;

// Now, as a field for a local time has it.
function now() {
  const date = new Date();
  return new Date(date - date.getTimezoneOffset() * 60000).toISOString().slice(0, 16);
}

function moments(value, why) {
  if (!value) throw new Trouble(why);
  return new Date(value).toISOString();
}

// --- how it stands

function goodbyeWords({ at: when, whyNot }) {
  return when ? at(when) : `There was none: ${whyNot}`;
}

function showFacts() {
  const list = by('match-facts'), o = offer;
  list.replaceChildren();
  fact(list, 'Mentor', nameOf(o.mentorId));
  fact(list, 'Offer', `${offerStates[o.state]}; made by ${o.offeredBy}, ${at(o.offeredAt)}`);
  if (o.introduction) fact(list, 'Introduced', `${at(o.introduction.at)}, by ${o.introduction.by}`);
  if (o.lastContactAt) fact(list, 'Last met', at(o.lastContactAt));
  if (o.cover) fact(list, 'Covered', `by ${nameOf(o.cover.mentorId)} until ${at(o.cover.until)}`);
  if (o.endingSince && !o.endedAt) fact(list, 'To end', `since ${at(o.endingSince)}; the goodbye is due`);
  if (o.endedAt) fact(list, 'Ended', at(o.endedAt));
  if (o.goodbye) fact(list, 'Goodbye', goodbyeWords(o.goodbye));
}

function showForms() {
  const there = stands();
  by('introduce').hidden = !there || Boolean(offer.introduction);
  by('cover').hidden = !there || Boolean(offer.cover);
  by('end-cover').hidden = !there || !offer.cover;
  by('goodbye').hidden = !there;
  by('ending').hidden = Boolean(offer?.endingSince);
  for (const form of ['introduce', 'cover', 'goodbye']) by(form).reset();
  showGoodbye();
  by('introduced-at').value = by('goodbye-at').value = now();
  by('cover-from').value = now().slice(0, 10);
  const others = mentorIds().filter((id) => id !== offer?.mentorId);
  by('cover-mentor').replaceChildren(new Option('Choose', ''), ...others.map((id) => new Option(nameOf(id), id)));
}

async function showFeedback(crn) {
  const all = await askAll(`/people/${crn}/feedback`, 'feedback'), own = all.filter((f) => f.matchId === offer.id);
  by('feedback').replaceChildren();
  for (const f of own) {
    const item = element('li', '', by('feedback'));
    element('h4', feedbackWords[f.from], item);
    element('p', (f.answers ?? []).map((a) => `${feedbackWords[a.question]}: ${a.value} of 5`).join('. '), item);
    element('p', f.text?.text ?? '', item);
  }
  by('feedback-part').hidden = !own.length;
}

// `again` reads the person anew, and says what was done. Without an offer nothing is shown.
export async function showMatch(given, again) {
  [offer, readAgain] = [given, again];
  by('match').hidden = !offer;
  by('match-facts').replaceChildren();
  by('feedback').replaceChildren();
  by('feedback-part').hidden = true;
  showForms();
  if (!offer) return;
  showFacts();
  if (offer.state === 'ACCEPTED') await showFeedback(offer.crn);
}

// --- what is recorded

async function record(path, body, said) {
  await ask('POST', `/offers/${offer.id}/${path}`, body);
  await readAgain(said);
}

function introduce() {
  const how = by('introduced-how').value;
  if (!how) throw new Trouble('Say how they were introduced.');
  const when = moments(by('introduced-at').value, 'Say when they were introduced.');
  return record('introduce', { at: when, how }, 'The introduction is recorded.');
}

function cover() {
  const mentorId = by('cover-mentor').value;
  if (!mentorId) throw new Trouble('Choose who covers.');
  const from = moments(by('cover-from').value && `${by('cover-from').value}T00:00`, 'Say from which day on.');
  const until = moments(by('cover-until').value && `${by('cover-until').value}T23:59`, 'Say until which day.');
  return record('cover', { mentorId, from, until }, `${nameOf(mentorId)} covers.`);
}

function goodbye() {
  const whyNot = by('goodbye-why-not').value.trim(), none = by('goodbye-none').checked;
  if (none && !whyNot) throw new Trouble('Write why there was no goodbye.');
  const said = none ? { whyNot } : { at: moments(by('goodbye-at').value, 'Say when they said goodbye.') };
  if (!confirm('End this match? The mentor has a place again.')) return undefined;
  return record('end', { goodbye: said }, 'The match has ended.');
}

// Which of the two fields counts.
function showGoodbye() {
  by('goodbye-at-part').hidden = by('goodbye-none').checked;
  by('goodbye-why-part').hidden = !by('goodbye-none').checked;
}

by('goodbye').addEventListener('change', showGoodbye);
arm({ submit: { introduce, cover, goodbye }, click: {
  'end-cover': () => record('end-cover', {}, 'The cover has ended.'),
  ending: () => record('end', {}, 'The match is to end. The goodbye is due.'),
} });
