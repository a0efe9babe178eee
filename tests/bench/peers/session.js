// What both peers agree on: the route, what comes in, and what follows from it.
'use strict';

const schema = require('./session.schema.json');

const route = {
  schema: {
    params: {
      type: 'object',
      properties: { area: { type: 'string', pattern: '^[a-z0-9-]{1,32}$' }, id: { type: 'string', format: 'uuid' } },
    },
    body: schema,
  },
};

// The record as it is kept and answered.
function recordOf(id, session) {
  return JSON.stringify({ id, ...session, recordedAt: new Date().toISOString() });
}

// What others are told: all but the narrative.
function eventOf(id, session) {
  const { narrative, ...event } = session;
  return JSON.stringify({ type: 'SessionRecorded', id, ...event });
}

module.exports = { route, recordOf, eventOf };
