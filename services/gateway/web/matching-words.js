// What codes, states and numbers are called on the coordinator's page.

export const proposalStates = {
  PROPOSED: 'To be looked through',
  PUBLISHING: 'Being published',
  PUBLISHED: 'Published',
};
export const offerStates = {
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

// --- what a human has to decide

const tasks = {
  OFFER_DECLINED: ['the mentor declined', '{mentor} declined.'],
  OFFER_EXPIRED: ['the mentor did not answer', '{mentor} did not answer in time.'],
  OFFER_WITHDRAWN: ['the mentor is away', '{mentor} is away, and the offer was withdrawn.'],
  INTRODUCTION_DUE: ['introduce the two', 'Nobody has introduced {mentor} yet: arrange it, and record it.'],
  NO_CONTACT: ['they have not met', 'No contact with {mentor} for too long: ask both.'],
  SUPERVISION_DUE: ['supervision is due', 'Their supervisor meets them, and records it.'],
  GOODBYE_DUE: ['a goodbye is due', 'The match with {mentor} is to end: record the goodbye, or why there was none.'],
  COVER_NEEDED: ['cover is needed', '{mentor} is away: find somebody who covers.'],
  BOOKING_NEEDED: ['a mentor is needed at an appointment', 'Book a mentor for it, to greet them or to run the group together.'],
  MUST_NOT_MEET: [
    'keep the two apart',
    'They must not meet {mentor}, which came to be known afterwards: see to that, and end the match, the cover or the booking. Or close this, and say why it may go on.',
  ],
  FEEDBACK_DUE: ['ask how it was', 'The match with {mentor} has ended: the practitioner asks the person how it was.'],
};
export const asksAgain = (task) => task.kind.startsWith('OFFER_');
export const offerAsks = (crn, name) => `Offer ${crn} to ${name}? The mentor is told at once.`;

export function taskTitle(task, nameOf) {
  return `${task.crn || nameOf(task.mentorId)}: ${tasks[task.kind][0]}`;
}

function nextStep(task, nameOf) {
  if (!asksAgain(task)) return '';
  if (task.nextMentorId) return ` Next: ${nameOf(task.nextMentorId)}, with a score of ${task.nextScore ?? 0}.`;
  return task.nextNamedAt ? ' Nobody else fits at the moment.' : ' The next candidate is being looked for.';
}

export function taskStep(task, nameOf) {
  return tasks[task.kind][1].replace('{mentor}', () => nameOf(task.mentorId)) + nextStep(task, nameOf);
}

// --- one person

export const ranks = ['The person’s first choice', 'The person’s second choice', 'The person’s third choice'];
export const feedbackWords = {
  FROM_PERSON: 'The person',
  FROM_MENTOR: 'The mentor',
  HELPED: 'It helped',
  SPOKE_FREELY: 'Could speak freely',
  SUITED: 'The two suited each other',
  SUPPORTED: 'Was supported',
  AGAIN: 'Would do it again',
};
