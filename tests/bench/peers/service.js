// Like for like, the second of two processes: ZeroMQ in, one call of a Redis function for each session.
'use strict';

const { Router } = require('zeromq');
const { connect } = require('./redis.js');
const { recordOf, eventOf } = require('./session.js');

const replies = new Router({ linger: 0 });
const outbox = [];
let sending = false;

// A socket takes one message at a time; what comes meanwhile queues up.
async function flush() {
  if (sending) return;
  sending = true;
  while (outbox.length) await replies.send(outbox.shift());
  sending = false;
}

async function record(redis, { area, id, session }) {
  const body = recordOf(id, session);
  const made = await redis.fcall('record_session', 2, `{${area}}:session:${id}`, `{${area}}:events`, body,
    eventOf(id, session));
  return made ? ['201', body] : ['409', '{"title":"Conflict"}'];
}

async function answer(redis, route, correlation, request) {
  let reply;
  try {
    reply = await record(redis, JSON.parse(request.toString()));
  } catch (error) {
    reply = ['503', '{"title":"Service Unavailable"}'];
  }
  outbox.push([route, correlation, ...reply]);
  flush();
}

async function main() {
  const redis = await connect('one.lua');
  await replies.bind(process.env.SERVICE);
  for await (const [route, correlation, request] of replies) answer(redis, route, correlation, request);
}

main();
