/** Reads `base64(name:secret)`, at the first colon: a password may hold more of them. Null for what is none. */
export function decodePair(encoded: string): [name: string, secret: string] | null {
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(encoded)) return null;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 1 ? null : [text.slice(0, colon), text.slice(colon + 1)];
}
