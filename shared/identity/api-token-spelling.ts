import { randomBytes, randomInt } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { Spelling } from '../models/api-token.ts';

/** A token as its client writes it, split into the part that is hashed and the row that it names, if it does. */
export interface Presented {
  readonly secret: string;
  readonly id: number | null;
}

const base62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const qorePrefix = 'qore_';
const longest = 200;

/**
 * A fresh secret: `inv-<40 hex>-YYYYMMDD`, `qore_<40 base62><8 hex of their CRC-32>` or 32 hex digits.
 * `random` gives the forty hex digits of the first spelling when they are derived instead.
 */
export function newSecret(spelling: Spelling, created: Date, random = randomBytes(20).toString('hex')): string {
  if (spelling === 'inventree') return `inv-${random}-${created.toISOString().slice(0, 10).replaceAll('-', '')}`;
  if (spelling === 'atrocore') return randomBytes(16).toString('hex');
  const body = Array.from({ length: 40 }, () => base62[randomInt(62)]).join('');
  return `${qorePrefix}${body}${checksum(body)}`;
}

/** What the client is given: the secret, with the row's id before it where that spelling has one. */
export const spell = (spelling: Spelling, id: number, secret: string): string =>
  spelling === 'qore' ? `${id}|${secret}` : secret;

/** What lists show: enough to recognise a token, far too little to use it. */
export function redact(spelling: Spelling, clear: string): string {
  const [head, tail] = spelling === 'inventree' ? [8, 12] : [clear.indexOf('_') + 3, 4];
  return clear.slice(0, head) + '*'.repeat(clear.length - head - tail) + clear.slice(-tail);
}

/** Takes a presented token apart; null for what cannot be one, so that junk costs no query. */
export function takeApart(presented: string): Presented | null {
  if (presented.length < 20 || presented.length > longest || !/^[\x21-\x7e]+$/.test(presented)) return null;
  const [, id, secret = ''] = /^(?:(\d{1,9})\|)?(.+)$/.exec(presented) ?? [];
  if (secret.startsWith(qorePrefix) && !/^qore_[0-9A-Za-z]{40}[0-9a-f]{8}$/.test(secret)) return null;
  if (secret.startsWith(qorePrefix) && checksum(secret.slice(5, 45)) !== secret.slice(45)) return null;
  return { secret, id: id === undefined ? null : Number(id) };
}

/** Lets secret scanners tell a real token from something that looks like one. */
const checksum = (body: string): string => crc32(body).toString(16).padStart(8, '0');
