import { isIP, isIPv4 } from 'node:net';
import ipaddr from 'ipaddr.js';
import { say } from '../messages/say.ts';
import { type Field, hasNumbers } from '../resources/fields.ts';

/** A value in its canonical form, or the sentence that says what is wrong with it. */
export type Read = { readonly value: unknown } | { readonly error: string };

const moment = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)\s*(Z|z|[+-]\d{2}(?::?\d{2})?)?$/;

/**
 * Reads what a client sent for a field: JSON values and the texts of forms and query strings alike. Naive moments are
 * left without offset, for PostgreSQL to read in the installation's time zone.
 */
export function readValue(field: Field, sent: unknown): Read {
  const raw = field.alsoWritten ? field.alsoWritten(sent) : sent;
  if (raw === null || raw === undefined) return field.nullable ? { value: null } : { error: say('values.null') };
  if (raw === '' && field.kind !== 'text' && field.nullable) return { value: null };
  switch (field.kind) {
    case 'integer':
    case 'reference':
      return readInteger(raw);
    case 'decimal':
      return readDecimal(raw);
    case 'boolean':
      return readBoolean(raw);
    case 'choice':
      return readChoice(field, raw);
    case 'text':
      return readText(raw);
    case 'many':
      return readEach(Array.isArray(raw) ? raw : [raw], readInteger);
    case 'texts':
      return readEach(Array.isArray(raw) ? raw : [raw], readText);
    case 'json':
      return { value: raw };
    default:
      return typeof raw === 'string' || (field.kind === 'mac' && typeof raw === 'number')
        ? (formats[field.kind] as (text: string) => Read)(String(raw).trim())
        : { error: say('values.text') };
  }
}

const formats = {
  timestamp: readMoment,
  date: readDay,
  mac: readMac,
  address: readAddress,
  interface: readInterface,
  network: readNetwork,
} as const;

function readInteger(raw: unknown): Read {
  const number = typeof raw === 'string' && /^\s*[+-]?\d{1,15}(\.0*)?\s*$/.test(raw) ? Number(raw) : raw;
  return Number.isSafeInteger(number) ? { value: number } : { error: say('values.integer') };
}

/** Keeps the text of the number, so that no binary float ever stands between the wire and `numeric`. */
function readDecimal(raw: unknown): Read {
  const text = typeof raw === 'number' ? plainNumber(raw) : typeof raw === 'string' ? raw.trim() : '';
  return /^[+-]?(\d{1,30}(\.\d{0,20})?|\.\d{1,20})$/.test(text) ? { value: text } : { error: say('values.decimal') };
}

function plainNumber(number: number): string {
  const text = String(number);
  return Number.isFinite(number) && text.includes('e') ? number.toFixed(20).replace(/\.?0+$/, '') : text;
}

const truths: Readonly<Record<string, boolean>> = {
  true: true,
  t: true,
  yes: true,
  y: true,
  on: true,
  '1': true,
  false: false,
  f: false,
  no: false,
  n: false,
  off: false,
  '0': false,
};

/** Booleans as JSON, Python and forms write them. */
export function readBoolean(raw: unknown): Read {
  if (typeof raw === 'boolean') return { value: raw };
  const value =
    typeof raw === 'string' || typeof raw === 'number' ? truths[String(raw).trim().toLowerCase()] : undefined;
  return value === undefined ? { error: say('values.boolean') } : { value };
}

function readChoice(field: Field, raw: unknown): Read {
  const text = typeof raw === 'string' || typeof raw === 'number' ? String(raw) : '';
  if (!Object.hasOwn(field.choices ?? {}, text)) {
    return { error: say('values.one-of', { choices: Object.keys(field.choices ?? {}).join(', ') }) };
  }
  return { value: hasNumbers(field) ? Number(text) : text };
}

function readText(raw: unknown): Read {
  if (typeof raw !== 'string' && typeof raw !== 'number') return { error: say('values.text') };
  const text = String(raw).trim();
  return text.includes('\0') ? { error: say('values.nul') } : { value: text };
}

function readEach(raws: readonly unknown[], read: (raw: unknown) => Read): Read {
  const values: unknown[] = [];
  for (const [n, raw] of raws.entries()) {
    const one = read(raw);
    if ('error' in one) return { error: say('values.item', { number: String(n + 1), problem: one.error }) };
    values.push(one.value);
  }
  return { value: values };
}

const aMoment = () => say('values.moment');

function readMoment(text: string): Read {
  const [, day = '', time = '', zone = ''] = moment.exec(text) ?? [];
  if (!day || 'error' in readDay(day)) return { error: aMoment() };
  const [hours = 0, minutes = 0, seconds = 0] = time.split(':').map(Number);
  if (hours > 23 || minutes > 59 || seconds >= 60 || !readableZone(zone)) return { error: aMoment() };
  return { value: `${day} ${time}${zone.toUpperCase()}` };
}

function readableZone(zone: string): boolean {
  const [, hours = '0', minutes = '0'] = /^[+-](\d{2}):?(\d{2})?$/.exec(zone) ?? [];
  return Number(hours) <= 15 && Number(minutes) <= 59;
}

function readDay(text: string): Read {
  const real = /^\d{4}-\d{2}-\d{2}$/.test(text) && !text.startsWith('0000');
  const date = new Date(`${text}T00:00:00Z`);
  return real && !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text)
    ? { value: text }
    : { error: say('values.date') };
}

function readMac(text: string): Read {
  const number = /^\d{13,15}$/.test(text) ? Number(text).toString(16).padStart(12, '0') : undefined;
  const shaped =
    /^[0-9a-f]{12}$/i.test(text) ||
    /^[0-9a-f]{2}([:-])[0-9a-f]{2}(\1[0-9a-f]{2}){4}$/i.test(text) ||
    /^[0-9a-f]{4}([.:-])[0-9a-f]{4}\1[0-9a-f]{4}$/i.test(text) ||
    /^[0-9a-f]{6}[:-][0-9a-f]{6}$/i.test(text);
  const digits = number ?? (shaped ? text.replace(/[^0-9a-f]/gi, '') : '');
  if (digits.length !== 12) return { error: say('values.mac') };
  return { value: (digits.toLowerCase().match(/../g) ?? []).join(':') };
}

function readAddress(text: string): Read {
  const read = splitInterface(text);
  return read ? { value: read.address } : { error: say('values.ip') };
}

function readInterface(text: string): Read {
  const read = splitInterface(text);
  return read ? { value: `${read.address}/${read.prefix}` } : { error: say('values.interface') };
}

function readNetwork(text: string): Read {
  const read = splitInterface(text);
  if (!read) return { error: say('values.network') };
  const kind = isIPv4(read.address) ? ipaddr.IPv4 : ipaddr.IPv6;
  const network = kind.networkAddressFromCIDR(`${read.address}/${read.prefix}`).toString();
  return ipaddr.parse(read.address).toString() === network
    ? { value: `${network}/${read.prefix}` }
    : { error: say('values.network-bits', { network: `${network}/${read.prefix}` }) };
}

function splitInterface(text: string): { address: string; prefix: number } | undefined {
  const [address = '', prefix, ...more] = text.split('/');
  const version = isIP(address);
  if (!version || address.includes('%') || more.length > 0) return undefined;
  const bits = version === 4 ? 32 : 128;
  if (prefix !== undefined && (!/^\d{1,3}$/.test(prefix) || Number(prefix) > bits)) return undefined;
  return { address, prefix: prefix === undefined ? bits : Number(prefix) };
}

/** A plain value as text; '' for anything else: not every object that a client sends can be turned into one. */
export const wordOf = (raw: unknown): string =>
  typeof raw === 'string' || typeof raw === 'number' || typeof raw === 'boolean' ? String(raw) : '';
