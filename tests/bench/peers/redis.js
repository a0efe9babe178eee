// The connection to Redis, with this peer's function loaded.
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const Redis = require('ioredis');

// Commands of one turn of the loop travel together (autopipelining).
async function connect(library) {
  const redis = new Redis({ path: process.env.REDIS_SOCKET, enableAutoPipelining: true });
  await redis.function('LOAD', 'REPLACE', fs.readFileSync(path.join(__dirname, library)));
  return redis;
}

module.exports = { connect };
