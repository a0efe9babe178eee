// "I need a break": taken and ended by the mentor. No reason is asked, and none can be given.
import { ask, draws, fill, forgets, go, language, loads, opens, openHome, say, sends, tell } from './mentor-views.js';
import { moment } from './offer-words.js';

let now = {};   // a MentorBreak, empty where there is none

const byId = (id) => document.getElementById(id);

// The first moment of the day that the reader chose, by the clock of their device.
function startOf(day) {
  return new Date(`${day}T00:00`).toISOString();
}

draws(() => {
  byId('on-break').hidden = !now.since;
  byId('on-break-text').textContent = now.until
    ? fill('onBreakUntil', 'when', moment(language, new Date(now.until))) : say('onBreakOpen');
  byId('go-break').hidden = Boolean(now.since);
});

loads(async () => {
  const answer = await ask('GET', 'my-break');
  if (answer) now = answer;
});

opens.break = () => go('break');

async function changed(path, body, said) {
  const answer = await ask('POST', path, body);
  if (!answer) return;
  now = answer;
  await openHome();
  tell(said);
}
sends.break = (form) => changed('my-break', form.get('until') ? { until: startOf(form.get('until')) } : {}, 'onBreak');
sends['break-end'] = () => changed('my-break/end', {}, 'backAgain');

forgets(() => { now = {}; });
