import fc from 'fast-check';

/** Texts that have broken parsers, databases and formatters before; already encoded for an address where `%` stands. */
const encoded = [
  '%00',
  '%ED%A0%80',
  '%',
  '%zz',
  '%C3%28',
  '%F0%9F%92%A9',
  '%e2%80%ae',
  '+',
  '%2B',
  '%0d%0aX-Evil:%201',
];

const nasty = [
  '',
  ' ',
  'null',
  'undefined',
  'NaN',
  'Infinity',
  '-Infinity',
  'infinity',
  'True',
  '0',
  '-1',
  '1.0',
  '1e3',
  '1e999',
  '٣',
  '0x10',
  '2147483647',
  '2147483648',
  '-2147483649',
  '9223372036854775808',
  '999999999999999999999999999999',
  '0.00000000000000000000000000001',
  '1,2,3',
  '1,,x',
  ',',
  '__proto__',
  'constructor',
  'toString',
  '$label',
  'id; DROP TABLE users',
  "' OR 1=1 --",
  '$1',
  '?',
  '??',
  ':id',
  '\\',
  '%',
  '_',
  '(((((((((((',
  '[[:<:]]',
  '(a*)*b',
  '(.*)\\1\\1\\1',
  '*{1,255}',
  'a{256}',
  '\\',
  '(?=',
  '0000-00-00',
  '0000-01-01',
  '0001-01-01',
  '9999-12-31',
  '10000-01-01',
  '-0001-01-01',
  '2026-02-30',
  '2026-01-31T25:00:00Z',
  '2026-01-31T23:59:60Z',
  '2026-01-31T09:00:00+15:59',
  '2026-01-31T09:00:00-99:00',
  '9999-12-31T23:59:59-15:59',
  '294277-01-01T00:00:00Z',
  '2026-01-31T09:00/2026-02-01T09:00',
  '2026-01-31 x/2026-02-01 y',
  '10.0.0.1',
  '10.0.0.1/33',
  '10.0.0.1/0',
  '::',
  '::ffff:1.2.3.4/128',
  'fe80::1%eth0',
  '999.1.1.1',
  '00:00:00:00:00:00',
  '281474976710656',
  'http://evil.example/api/inventory/lab/1/',
  '/api/inventory/lab/1/',
  '/api/inventory/lab/99999999999/',
  'javascript:alert(1)',
  '<script>alert(1)</script>',
  '\u202e\u0000\ud800',
  'ﬀ',
  'İ',
  'x'.repeat(3_000),
  '1'.repeat(400),
  '('.repeat(150),
];

export const text = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...nasty) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 30 }) },
  { weight: 1, arbitrary: fc.integer().map(String) },
  { weight: 1, arbitrary: fc.date({ noInvalidDate: true }).map((date) => date.toISOString()) },
);

/** A made-up cursor of our own form. */
const cursor = fc
  .array(fc.oneof(text, fc.constant(null)), { maxLength: 4 })
  .map((after) => Buffer.from(JSON.stringify(after)).toString('base64url'));

/** A parameter's value as it stands in an address. */
export const inAddress = fc.oneof(
  { weight: 5, arbitrary: text.map((value) => encodeURIComponent(value.toWellFormed())) },
  { weight: 1, arbitrary: fc.constantFrom(...encoded) },
  { weight: 1, arbitrary: cursor },
);

const oddNames = [
  '__proto__',
  'constructor',
  'a[b][c][d]',
  'a[]',
  '[]',
  'hasOwnProperty',
  '',
  '%00',
  'x.y',
  'limit',
  'offset',
  'cursor',
  'ordering',
  'search',
  'format',
];

/** A query string over these names and odd ones; a name may come twice. */
export function query(names: readonly string[]): fc.Arbitrary<string> {
  const name = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...(names.length > 0 ? names : ['x'])) },
    { weight: 1, arbitrary: fc.constantFrom(...oddNames) },
  );
  return fc
    .array(fc.tuple(name, inAddress), { maxLength: 5 })
    .map((pairs) =>
      pairs.map(([key, value]) => `${key.includes('%') ? key : encodeURIComponent(key)}=${value}`).join('&'),
    );
}

/** Any JSON value, with numbers and texts that are hard to store. */
export const value: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: text },
  {
    weight: 4,
    arbitrary: fc.constantFrom<unknown>(
      null,
      true,
      0,
      -0,
      -1,
      1.5,
      2 ** 31,
      -(2 ** 31) - 1,
      2 ** 53,
      1e21,
      1e308,
      5e-324,
      [],
      {},
      [null],
      [[1]],
      [1, 1],
      [2 ** 31],
      ['\u0000'],
      { id: 1 },
      { $gt: '' },
      { toString: 1 },
    ),
  },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
);

export const contentTypes = [
  'application/json',
  'application/json; charset=utf-16',
  'application/x-www-form-urlencoded',
  'multipart/form-data',
  'multipart/form-data; boundary=x',
  'text/plain',
  'application/xml',
  'application/octet-stream',
  'nonsense',
  '',
];

/** Bodies as they go over the wire, most of them no JSON. */
export const rawBody = fc.oneof(
  fc.constantFrom(
    '',
    '{',
    '[]',
    'null',
    '"text"',
    '1e999',
    '{"a":1,}',
    '{"__proto__":{"is_superuser":true,"name":"x"}}',
    '{"constructor":{"prototype":{"isSuperuser":true}}}',
    '['.repeat(20_000) + ']'.repeat(20_000),
    `{"name":${'['.repeat(5000)}${']'.repeat(5000)}}`,
    `{"name":"${'x'.repeat(300_000)}"}`,
    `{"name":"${'x'.repeat(1_200_000)}"}`,
    '{"name":"\\ud800"}',
    '{"name":"a","name":"b"}',
    'a[b][c]=1&__proto__[x]=1&constructor[prototype][x]=1',
    'name=%00&name=%ff',
    '--x\r\nContent-Disposition: form-data; name="__proto__"\r\n\r\n1\r\n--x--\r\n',
    '--x\r\nContent-Disposition: form-data; name="f"; filename="f"\r\n\r\n1\r\n--x--\r\n',
    '--x\r\nbroken',
    '\ufeff{}',
  ),
  fc.json(),
);

export const oddHeaders = fc.dictionary(
  fc.constantFrom(
    'x-http-method-override',
    'x-forwarded-for',
    'x-forwarded-host',
    'x-forwarded-proto',
    'accept',
    'origin',
    'cookie',
    'content-encoding',
    'if-none-match',
    'range',
    'prefer',
    'x-csrftoken',
    'sec-fetch-site',
    'accept-language',
    'content-type',
  ),
  fc.constantFrom(
    'DELETE',
    'null',
    '*/*',
    'text/*;q=x',
    'application/json;indent=4',
    'gzip',
    'bytes=0-1',
    'qm_session=%00; qm_session=x; =; ;',
    `qm_session=${'x'.repeat(3000)}`,
    'qm_visitor=x; _interaction=y',
    'evil.example',
    'https://evil.example',
    '127.0.0.1, ::1, junk',
    '\u00ff\u00fe',
    '',
  ),
  { maxKeys: 2 },
);
