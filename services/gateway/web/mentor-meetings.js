// The mentor's next meetings, with all of their people and those that they are booked for, which they may decline; and the
// link that puts them into the calendar of the phone.
import {
  ask, button, draws, element, fill, forgets, go, language, loads, openHome, opens, say, sends, tell, trouble, view,
} from './mentor-views.js';
import { moment } from './offer-words.js';

const ROLES = { GREETER: 'greeter', CO_FACILITATOR: 'coFacilitator' };   // as what one may be booked
const MODES = { IN_PERSON: 'inPerson', TELEPHONE: 'telephone', VIDEO: 'video' };

const inFigures = new Intl.DateTimeFormat('en-GB');   // 27/11/2027, in both languages: a year away, and so with the year

let meetings = [];
let calendar = {};   // a MyCalendar: with its url only from when it was made until the view is left

const byId = (id) => document.getElementById(id);

function meetingCard(of) {
  const when = element('time', moment(language, new Date(of.startsAt)));
  const how = [of.givenName || of.crn, MODES[of.mode] && say(MODES[of.mode]), of.place].filter(Boolean).join(', ');
  return element('li', '', element('article', '', when, element('p', how), ...bookedParts(of)));
}

async function decline(of) {
  if (!await ask('POST', `appointments/${of.appointmentId}/booking/decline`, {})) return;
  await openHome();
  tell('bookingDeclined');
}

function bookedParts(of) {
  if (!ROLES[of.mentorRole]) return [];
  const sure = element('details', '', element('summary', say('cannotCome')), element('p', say('cannotComeText')),
    button(say('declineBooking'), () => decline(of)));
  return [element('p', say(ROLES[of.mentorRole])), sure];
}

draws(() => {
  byId('meetings').replaceChildren(...meetings.map(meetingCard));
  byId('no-meetings').hidden = meetings.length > 0;
  if (view !== 'calendar') return;
  byId('calendar-now').textContent = calendar.until
    ? fill('calendarUntil', 'when', inFigures.format(new Date(calendar.until))) : say('calendarNone');
  byId('calendar-new').hidden = !calendar.url;
  byId('calendar-url').value = calendar.url || '';
  byId('calendar-end').hidden = !calendar.until;
});

loads(async () => {
  const answer = await ask('GET', 'my-meetings');
  if (answer) meetings = answer.meetings || [];
});

async function copy() {
  byId('calendar-url').select();
  try {
    await navigator.clipboard.writeText(calendar.url);
    tell('copied');
  } catch {
    trouble(say('copyByHand'));
  }
}

opens.calendar = async () => {
  calendar = {};
  const answer = await ask('GET', 'my-calendar-link');
  if (!answer) return;
  calendar = answer;
  go('calendar');
};

async function changed(path) {
  const answer = await ask('POST', path, {});
  if (!answer) return;
  calendar = answer;
  go('calendar');
}
sends.calendar = () => changed('my-calendar-link');
sends['calendar-end'] = () => changed('my-calendar-link/end');

forgets(() => {
  meetings = [];
  calendar = {};
  byId('meetings').replaceChildren();
  byId('calendar-url').value = '';
});
byId('calendar-copy').addEventListener('click', copy);
