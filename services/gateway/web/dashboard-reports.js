// What the page says about each report: its words, the bars of its chart, its figures at the top, and which events change
// it. The columns themselves, and their titles, come with the report.

import { suppressed } from './dashboard-words.js';

// A suppressed count adds nothing: totals are of what is shown.
export const valueOf = (row, column) =>
  [column].flat().reduce((total, name) => total + (Number(row[name]) || 0), 0);

const sum = (report, column) => report.parts.reduce((total, row) => total + valueOf(row, column), 0);

const RATE_LEAST = 20; // as in suppression.h
const share = (part, whole) => (whole >= RATE_LEAST ? (100 * part) / whole : null);

const attended = (row) => valueOf(row, ['onTime', 'late']);
const expected = (row) => attended(row) + valueOf(row, ['missedAcceptable', 'missedUnacceptable']);
const decided = (row) => valueOf(row, ['sent', 'noConsent', 'notNeeded', 'tooLate', 'failed', 'other']);

// A total is worked out from counts, so that a week with few sessions weighs little. What cannot be is left out.
function totals(report, rates) {
  const row = {};
  for (const column of report.columns.slice(1)) {
    if (column.unit === 'count') row[column.name] = String(sum(report, column.name) || suppressed);
    else if (rates[column.name]) row[column.name] = rates[column.name];
  }
  for (const [name, rate] of Object.entries(rates)) {
    const value = rate(row);
    row[name] = value === null ? '' : value.toFixed(1);
  }
  return row;
}

const rateOf = (row) => share(attended(row), expected(row));
const sentOf = (row) => share(valueOf(row, 'sent'), decided(row));

// Each group that a rule shuts out, with the rules.
const shutOut = (report) => report.parts.filter((row) => row.warnings)
  .map((row) => `${row[report.by]}: ${row.warnings}`).join('. ') || 'None';

export const reports = {
  attendance: {
    title: 'Attendance',
    about: 'The attendance rate is the share of people who came, of all sessions that the service did not call off.',
    chart: 'Sessions recorded, by attendance',
    note: { column: 'attendanceRate', words: 'attendance rate' },
    series: [
      { column: 'onTime', name: 'Attended on time' },
      { column: 'late', name: 'Attended late' },
      { column: 'missedAcceptable', name: 'Missed, acceptable reason' },
      { column: 'missedUnacceptable', name: 'Missed, no acceptable reason' },
      { column: 'missedByService', name: 'Not held by the service' },
    ],
    whole: (report) => totals(report, { attendanceRate: rateOf }),
    figures: [
      { column: 'attendanceRate', unit: 'percent', name: 'Attendance rate' },
      { column: 'sessions', unit: 'count', name: 'Sessions recorded' },
      { column: 'missedUnacceptable', unit: 'count', name: 'Missed, no acceptable reason' },
      { column: 'missedByService', unit: 'count', name: 'Not held by the service' },
    ],
    changedBy: /^(Session|Appointment)/,
  },
  reminders: {
    title: 'Reminders',
    about: 'What became of every reminder that came due, and how many people came to appointments with and without one.',
    chart: 'Reminders due, by what became of them',
    note: { column: 'sentRate', words: 'share sent' },
    series: [
      { column: 'sent', name: 'Sent' },
      { column: 'handedOver', name: 'On the way' },
      { column: 'notNeeded', name: 'Appointment cancelled or moved' },
      { column: 'noConsent', name: 'No consent, or opted out' },
      { column: ['tooLate', 'failed', 'other'], name: 'Not sent, other reason' },
    ],
    whole: (report) => totals(report, { sentRate: sentOf }),
    figures: [
      { column: 'sentRate', unit: 'percent', name: 'Share sent' },
      { column: 'due', unit: 'count', name: 'Reminders due' },
      { column: 'failed', unit: 'count', name: 'Delivery failed' },
      { column: 'noConsent', unit: 'count', name: 'No consent, or opted out' },
    ],
    changedBy: /^(Reminder|Session)/,
  },
  mentors: {
    title: 'Mentors',
    about: 'Offers to engagement workers, by when they were made, and the places that there are now.',
    chart: 'Offers made, by answer',
    note: { column: 'made', words: 'offers made' },
    series: [
      { column: 'accepted', name: 'Accepted' },
      { column: 'open', name: 'Not answered yet' },
      { column: 'withdrawn', name: 'Withdrawn' },
      { column: 'declined', name: 'Declined' },
      { column: 'expired', name: 'Expired' },
    ],
    // The report itself ends with the row for the whole.
    whole: (report) => report.last,
    figures: [
      { column: 'waiting', unit: 'count', name: 'People waiting now' },
      { column: 'free', unit: 'count', name: 'Places free now' },
      { column: 'taken', unit: 'count', name: 'Places taken now', outOf: 'places' },
      { column: 'active', unit: 'count', name: 'Mentors active now', outOf: 'registered' },
      { column: 'answerHours', unit: 'hours', name: 'Median time to answer' },
    ],
    changedBy: /^(Mentor|Offer|Match|Person|Engagement)/,
  },
  fairness: {
    title: 'Fairness',
    about: 'Whom matching serves, as it was counted last in these quarters. “Only rule” are people who wait and would have ' +
      'at least one engagement worker but for that one rule; rules without any to show are left out of the table. A rule ' +
      'that shuts a group out is a sign to look into, not a finding.',
    chart: 'People who want an engagement worker, by whether they have one',
    note: { column: 'matchRate', words: 'match rate' },
    series: [
      { column: 'matched', name: 'Have one' },
      { column: 'waiting', name: 'Wait' },
    ],
    grouped: true,
    leavesOut: /^(Only rule|Any of several|No one rule)/,
    whole: (report) => ({ ...report.last }),
    figures: [
      { column: 'matchRate', unit: 'percent', name: 'Match rate' },
      { column: 'medianDays', unit: 'days', name: 'Time until half are matched' },
      { column: 'waiting', unit: 'count', name: 'Wait', outOf: 'people' },
      { unit: 'text', name: 'Groups that a rule shuts out', of: shutOut },
    ],
    changedBy: /^FairnessCounted/,
  },
};

// What is asked for of a report: fairness is by group, the others by what the page shows.
export const asked = (name, { group, ...filters }) => (reports[name].grouped ? { ...filters, by: group } : filters);

const named = (columns, row) => Object.fromEntries(columns.map((column, i) => [column.name, row.values[i] ?? '']));

// A report as it was sent, made easy to read: `parts` are its rows by column name, `last` the row for the whole where it
// sent one.
export function read(sent) {
  const rows = (sent.rows ?? []).map((row) => named(sent.columns, row));
  const by = sent.columns[0].name;
  const ends = ['mentors', 'fairness'].includes(sent.name) && rows.length > 0 && rows[rows.length - 1][by] === '';
  const last = ends ? rows.pop() : null;
  return { name: sent.name, by, columns: sent.columns, parts: rows, last, sequence: BigInt(sent.sequence ?? '0') };
}
