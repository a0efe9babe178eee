// The offers that wait for the mentor's answer, while signed in. The same offer can be answered by the link in its notice
// (offer.js); whichever comes first counts.
//
//   people --> offer --> offer-accept, offer-decline --> offer-done --> people
import { showWish } from './offer-wish.js';
import { moment, words } from './offer-words.js';
import {
  answerOf, ask, button, draws, element, fill, forgets, go, language, loads, opens, say, sends, trouble, view,
} from './mentor-views.js';

const ENDS = { ACCEPTED: 'accepted', DECLINED: 'declined', EXPIRED: 'expired', WITHDRAWN: 'withdrawn' };

let offers = [];
let offer = null;   // the one that is open
let done = '';      // what came of it, as a word of offer-words.js

const byId = (id) => document.getElementById(id);

function offerCard(of) {
  const until = fill('answerBy', 'when', moment(language, new Date(of.expiresAt)));
  return element('li', '', button(say('anOffer'), () => { offer = of; go('offer'); }, element('small', until)));
}

draws(() => {
  for (const part of document.querySelectorAll('[data-offer-say]')) part.textContent = words[language][part.dataset.offerSay];
  byId('offers').hidden = offers.length === 0;
  byId('offers-list').replaceChildren(...offers.map(offerCard));
  if (offer) showWish(byId('offer-wish'), offer, language);
  byId('offer-until').textContent = offer ? moment(language, new Date(offer.expiresAt)) : '';
  if (view !== 'offer-done') return;
  byId('offer-done').textContent = words[language][done];
  byId('offer-done-text').textContent = words[language][`${done}Text`].replace(/ (You can close this page|Gallwch gau’r dudalen hon)\.$/, '');
});

loads(async () => {
  const answer = await ask('GET', 'my-offers?limit=200');
  if (answer) offers = answer.offers || [];
});

function finish(word) {
  done = word;
  offers = offers.filter(({ id }) => id !== offer.id);
  offer = null;
  go('offer-done');
}

// It is safe to send an answer twice. Where the offer is not open any more, it is read as it stands.
async function send(kind, body) {
  const path = `offers/${offer.id}`;
  let answer = await answerOf('POST', `${path}/${kind}`, body);
  if (answer?.status === 409) answer = await answerOf('GET', `${path}/view`);
  if (!answer) return;
  if (answer.status === 200 && ENDS[answer.body?.state]) finish(ENDS[answer.body.state]);
  else if (answer.status === 422) finish('refused');
  else if (answer.status === 404) finish('withdrawn');
  else trouble(say('failedKept'));
}

Object.assign(opens, {
  offer: () => go('offer'),
  'offer-accept': () => go('offer-accept'),
  'offer-decline': () => go('offer-decline'),
});
Object.assign(sends, {
  'offer-accept': () => send('accept', {}),
  'offer-decline': (form) => send('decline', form.get('why').trim() ? { why: form.get('why').trim() } : {}),
});
forgets(() => {
  offers = [];
  offer = null;
  byId('offer-wish').replaceChildren();
});
