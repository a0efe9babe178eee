// Like for like, the first of two processes: HTTP in, ZeroMQ out.
'use strict';

const fastify = require('fastify');
const { Dealer } = require('zeromq');
const { route } = require('./session.js');

const requests = new Dealer({ linger: 0 });
const waiting = new Map();
const outbox = [];
let sending = false;
let last = 0;

// A socket takes one message at a time; what comes meanwhile queues up.
async function flush() {
  if (sending) return;
  sending = true;
  while (outbox.length) await requests.send(outbox.shift());
  sending = false;
}

function call(request) {
  return new Promise((resolve) => {
    const correlation = String(++last);
    waiting.set(correlation, resolve);
    outbox.push([correlation, JSON.stringify(request)]);
    flush();
  });
}

async function receive() {
  for await (const [correlation, status, body] of requests) {
    const key = correlation.toString();
    const answer = waiting.get(key);
    waiting.delete(key);
    if (answer) answer({ status: Number(status.toString()), body: body.toString() });
  }
}

async function main() {
  requests.connect(process.env.SERVICE);
  receive();
  const app = fastify({ logger: false });
  app.put('/v1/areas/:area/sessions/:id', route, async (request, reply) => {
    const { area, id } = request.params;
    const { status, body } = await call({ area, id, session: request.body });
    return reply.code(status).type('application/json').send(body);
  });
  app.get('/readyz', () => ({ ready: true }));
  await app.listen({ host: '127.0.0.1', port: Number(process.env.PORT) });
}

main();
