// Notes that wait on this phone for a connection, closed under a key that the phone does not have.
//
// The phone holds the public half of a pair; the private half is with the service, which gives it to the mentor alone,
// signed in and connected. Each note is closed with a key of its own: ECDH on P-256 between the public half and a pair that
// is made for this note and forgotten, HKDF with SHA-256, AES-GCM with 256 bits. So what lies here opens neither for this
// page, nor for who took the phone, and after a sign-out by staff it never opens again.
const KEY = 'alongside-locked-key';    // the public half, in base64
const NOTES = 'alongside-locked';      // [{ id, key, box }]: by which public half each was closed
const CURVE = { name: 'ECDH', namedCurve: 'P-256' };
const POINT_BYTES = 65, IV_BYTES = 12;

const bytesOf = (text) => new TextEncoder().encode(text);
const toText = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes)));
const fromText = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));

function stored(name) {
  try {
    return localStorage.getItem(name) || '';
  } catch {
    return '';
  }
}
// False: this browser stores nothing, or no more.
function store(name, text) {
  try {
    if (text) localStorage.setItem(name, text);
    else localStorage.removeItem(name);
    return true;
  } catch {
    return false;
  }
}

export function locked() {
  try {
    return JSON.parse(stored(NOTES) || '[]');
  } catch {
    return [];
  }
}
export function unlock(id) {
  const left = locked().filter((of) => of.id !== id);
  store(NOTES, left.length ? JSON.stringify(left) : '');
}
// Nothing is left on this phone.
export function wipe() {
  store(NOTES, '');
  store(KEY, '');
}

// Whether a note can wait here: somebody was signed in on this phone, with a connection.
export function canLock() {
  return Boolean(stored(KEY) && globalThis.crypto?.subtle);
}
export function useKey(publicText) {
  store(KEY, publicText);
}

// A new pair, as the service keeps it: the private half leaves this page's memory with it.
export async function newPair() {
  const pair = await crypto.subtle.generateKey(CURVE, true, ['deriveBits']);
  return {
    publicKey: toText(await crypto.subtle.exportKey('raw', pair.publicKey)),
    secret: { text: toText(await crypto.subtle.exportKey('pkcs8', pair.privateKey)) },
  };
}

function importPublic(bytes) {
  return crypto.subtle.importKey('raw', bytes, CURVE, false, []);
}

async function noteKey(privateKey, publicKey, point, usage) {
  const shared = await crypto.subtle.deriveBits({ name: 'ECDH', public: publicKey }, privateKey, 256);
  const base = await crypto.subtle.importKey('raw', shared, 'HKDF', false, ['deriveKey']);
  return crypto.subtle.deriveKey({ name: 'HKDF', hash: 'SHA-256', salt: point, info: bytesOf('alongside locked note') },
    base, { name: 'AES-GCM', length: 256 }, false, [usage]);
}

// Leaves a note on this phone, closed. `content` is { crn, text }; without a connection since the page was opened nobody
// knows whose note it is, and there is no crn. False: it could not be stored.
export async function lock(id, content) {
  const key = stored(KEY);
  const pair = await crypto.subtle.generateKey(CURVE, false, ['deriveBits']);
  const point = new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey));
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
  const aes = await noteKey(pair.privateKey, await importPublic(fromText(key)), point, 'encrypt');
  const closed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv, additionalData: bytesOf(id) }, aes,
    bytesOf(JSON.stringify(content)));
  const box = toText(await new Blob([point, iv, closed]).arrayBuffer());
  return store(NOTES, JSON.stringify([...locked().filter((of) => of.id !== id), { id, key, box }]));
}

// Opens what lock() closed. `secret` is the private half. Throws where it belongs to another key.
export async function open(of, secret) {
  const bytes = fromText(of.box), point = bytes.slice(0, POINT_BYTES);
  const iv = bytes.slice(POINT_BYTES, POINT_BYTES + IV_BYTES);
  const own = await crypto.subtle.importKey('pkcs8', fromText(secret), CURVE, false, ['deriveBits']);
  const aes = await noteKey(own, await importPublic(point), point, 'decrypt');
  const opened = await crypto.subtle.decrypt({ name: 'AES-GCM', iv, additionalData: bytesOf(of.id) }, aes,
    bytes.slice(POINT_BYTES + IV_BYTES));
  return JSON.parse(new TextDecoder().decode(opened));
}
