// What codes, states and times are called on the safeguarding leads' page.

export const kinds = {
  RISK_TO_LIFE: 'Risk to life',
  RISK_TO_OTHERS: 'Risk to others',
  RISK_TO_CHILD: 'Risk to a child',
  TERRORISM: 'Terrorism',
  BROKEN_LICENCE_CONDITION: 'Broken licence condition',
  RISK_TO_SELF: 'Risk to self',
};
export const states = {
  DISCLOSURE_RAISED: 'Nobody has acknowledged it',
  DISCLOSURE_ACKNOWLEDGED: 'Acknowledged',
  DISCLOSURE_CLOSED: 'Closed',
};
export const actions = {
  EMERGENCY_SERVICES_CALLED: 'Emergency services called',
  POLICE_TOLD: 'Police told',
  CHILDRENS_SERVICES_TOLD: 'Children’s services told',
  ADULT_SERVICES_TOLD: 'Adult services told',
  HEALTH_SERVICE_TOLD: 'Health service told',
  PRACTITIONER_TOLD: 'Practitioner told, by voice',
  PERSON_SPOKEN_TO: 'Spoke to the person',
  MENTOR_SPOKEN_TO: 'Spoke to the mentor',
  NO_ACTION_NEEDED: 'No action needed (say why)',
  OTHER_ACTION: 'Something else (say what)',
};
export const reasons = {
  IMMEDIATE_DANGER: 'Immediate danger',
  OWNER_OUT_OF_REACH: 'The practitioner was out of reach',
  COURT_OR_POLICE_WAITS: 'A court or the police waited',
  PERSON_IN_FRONT_OF_ME: 'The person was there, their practitioner was not',
};

const full = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' });
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
export const moment = (date) => full.format(date);
export const time = (date) => clock.format(date);
export const plural = (n, one, more) => `${n} ${n === 1 ? one : more}`;

// "3 minutes ago": how long somebody has been waiting.
export function age(date, now = Date.now()) {
  const minutes = Math.max(0, Math.round((now - date) / 60000));
  if (minutes < 120) return `${plural(minutes, 'minute', 'minutes')} ago`;
  return minutes < 2880 ? `${Math.round(minutes / 60)} hours ago` : `${Math.round(minutes / 1440)} days ago`;
}
