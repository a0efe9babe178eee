// What codes, states and numbers are called on the coordinator's page.

export const proposalStates = {
  PROPOSED: 'To be looked through',
  PUBLISHING: 'Being published',
  PUBLISHED: 'Published',
};
const offerStates = {
  OFFERED: 'Offered; the mentor has not answered yet',
  ACCEPTED: 'Accepted',
  DECLINED: 'Declined',
  EXPIRED: 'Not answered in time',
  WITHDRAWN: 'Withdrawn',
};

const full = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' });
export const moment = (date) => full.format(date);
export const plural = (n, one, more) => `${n} ${n === 1 ? one : more}`;

export const waited = (weeks, word = 'Waits') => `${word} for ${weeks ? plural(weeks, 'week', 'weeks') : 'less than a week'}`;
export const needed = (weeks) => weeks ? ` Need counts as ${plural(weeks, 'week', 'weeks')} more.` : '';
export const points = (n) => n > 0 ? `+${n}` : `${n}`.replace('-', '−');

// What is said of a person: how it stands, in one sentence or two.
export function standing(pair, nameOf) {
  const before = pair.moved ? (pair.wasMentorId ? ` Before: ${nameOf(pair.wasMentorId)}.` : ' Before: nobody.') : '';
  if (pair.state === 'PAIR_OFFERED') return `${offerStates[pair.offerState] ?? 'Offered'}.`;
  if (pair.state === 'NOT_OFFERED') return `Not offered: ${pair.words}`;
  if (pair.state === 'UNSERVED') return `${pair.words}${before}`;
  if (pair.state === 'LEFT') return 'Waits no longer.';
  return `Proposed, with a score of ${pair.score ?? 0}.${before}`;
}

export function gain(options) {
  const bands = Number(options.gainedBands ?? 0), choices = Number(options.gainedChoices ?? 0);
  const more = Number(options.gainedPoints ?? 0);
  if (!bands && !choices && !more) return 'It gains nothing.';
  if (bands > 0) return `It serves more people, or people who have waited longer; ${points(more)} points.`;
  if (choices > 0) return `More people get whom they chose; ${points(more)} points.`;
  return `It gains ${plural(more, 'point', 'points')}.`;
}
