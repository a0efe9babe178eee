// What a hurried team would write: HTTP in, and straight to Redis. All sessions that came in during one turn of the loop
// go in one call of its function.
'use strict';

const fastify = require('fastify');
const { connect } = require('./redis.js');
const { route, recordOf, eventOf } = require('./session.js');

const MOST = 64; // of one call: Redis answers nobody else meanwhile
let batch = [];

async function write(redis, sessions) {
  const keys = [];
  const args = [];
  for (const { area, id, body, event } of sessions) {
    keys.push(`{${area}}:session:${id}`, `{${area}}:events`);
    args.push(body, event);
  }
  try {
    const made = await redis.fcall('record_sessions', keys.length, ...keys, ...args);
    sessions.forEach((session, i) => session.resolve(made[i] === 1));
  } catch (error) {
    sessions.forEach((session) => session.reject(error));
  }
}

function flush(redis) {
  const sessions = batch;
  batch = [];
  for (let i = 0; i < sessions.length; i += MOST) write(redis, sessions.slice(i, i + MOST));
}

function record(redis, area, id, body, event) {
  return new Promise((resolve, reject) => {
    if (!batch.length) setImmediate(flush, redis);
    batch.push({ area, id, body, event, resolve, reject });
  });
}

async function main() {
  const redis = await connect('many.lua');
  const app = fastify({ logger: false });
  app.put('/v1/areas/:area/sessions/:id', route, async (request, reply) => {
    const { area, id } = request.params;
    const body = recordOf(id, request.body);
    const made = await record(redis, area, id, body, eventOf(id, request.body));
    return reply.code(made ? 201 : 409).type('application/json').send(made ? body : '{"title":"Conflict"}');
  });
  app.get('/readyz', () => ({ ready: true }));
  await app.listen({ host: '127.0.0.1', port: Number(process.env.PORT) });
}

main();
