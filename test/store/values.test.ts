import test from 'ava';
import fc from 'fast-check';
import * as fields from '../../api/resources/fields.ts';
import { readValue } from '../../api/store/values.ts';

const read = (field: fields.Field, raw: unknown) => readValue(field, raw);

test('A MAC address in any usual notation comes out the same', (t) => {
  for (const raw of ['A0369FAF1234', 'a0-36-9f-af-12-34', 'A0:36:9F:AF:12:34', 'a036.9faf.1234', 'a0369f-af1234']) {
    t.deepEqual(read(fields.mac(), raw), { value: 'a0:36:9f:af:12:34' }, raw);
  }
  t.deepEqual(read(fields.mac(), 0xa0369faf1234), { value: 'a0:36:9f:af:12:34' });
});

test('A MAC address that is none is refused with a sentence', (t) => {
  for (const raw of ['', 'a0:36:9f:af:12', 'zz:36:9f:af:12:34', 'a0:36-9f:af:12:34', 'a0369faf123456', {}, 1.5, true]) {
    t.true('error' in read(fields.mac(), raw), JSON.stringify(raw));
  }
});

test('An address drops a prefix, an interface gets one, and a network must have no host bits', (t) => {
  t.deepEqual(read(fields.address(), '10.0.0.1/24'), { value: '10.0.0.1' });
  t.deepEqual(read(fields.interfaceAddress(), '10.0.0.1'), { value: '10.0.0.1/32' });
  t.deepEqual(read(fields.interfaceAddress(), 'fe80::1'), { value: 'fe80::1/128' });
  t.deepEqual(read(fields.network(), '192.168.0.0/24'), { value: '192.168.0.0/24' });
  t.deepEqual(read(fields.network(), '2001:db8::/32'), { value: '2001:db8::/32' });
  t.true('error' in read(fields.network(), '192.168.0.1/24'));
  t.true('error' in read(fields.address(), '10.0.0.256'));
  t.true('error' in read(fields.address(), '10.1'));
  t.true('error' in read(fields.interfaceAddress(), '10.0.0.1/33'));
});

test('Booleans are read as Python, JavaScript and forms write them', (t) => {
  for (const raw of [true, 'True', 'true', '1', 1, 'on']) t.deepEqual(read(fields.boolean(), raw), { value: true });
  for (const raw of [false, 'False', 'false', '0', 0, 'off'])
    t.deepEqual(read(fields.boolean(), raw), { value: false });
  t.true('error' in read(fields.boolean(), 'perhaps'));
});

test('A moment needs a time; a date alone is refused, and so are days that do not exist', (t) => {
  t.deepEqual(read(fields.timestamp(), '2030-01-01T00:00:00Z'), { value: '2030-01-01 00:00:00Z' });
  t.deepEqual(read(fields.timestamp(), '2030-01-01 09:30'), { value: '2030-01-01 09:30' });
  t.deepEqual(read(fields.timestamp(), '2030-01-01T09:30:00.25+01:00'), { value: '2030-01-01 09:30:00.25+01:00' });
  for (const raw of [
    '2030-01-01',
    '2030-02-30T00:00:00Z',
    '2030-01-01T25:00Z',
    'tomorrow',
    5,
    '2030-01-01T00:00+99:00',
  ]) {
    t.true('error' in read(fields.timestamp(), raw), String(raw));
  }
});

test('Decimals stay exact: what goes in as text comes out as the same text', (t) => {
  fc.assert(
    fc.property(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), fc.nat({ max: 999_999 }), (whole, fraction) => {
      const text = `${whole}.${String(fraction).padStart(6, '0')}`;
      t.deepEqual(read(fields.decimal(), text), { value: text });
    }),
  );
  t.deepEqual(read(fields.decimal(), 0.1), { value: '0.1' });
  t.deepEqual(read(fields.decimal(), 1e-7), { value: '0.0000001' });
  for (const raw of ['', 'NaN', Number.NaN, Number.POSITIVE_INFINITY, '1e5', 'ten', [], null]) {
    t.true('error' in read(fields.decimal(), raw), String(raw));
  }
});

test('Whatever a client sends, reading it answers a value or a sentence and never throws', (t) => {
  const every = [
    fields.integer(),
    fields.decimal(),
    fields.text({ maxLength: 5 }),
    fields.boolean(),
    fields.choice({ a: 'A' }),
    fields.timestamp(),
    fields.date(),
    fields.reference('host'),
    fields.interfaceAddress(),
    fields.address(),
    fields.network(),
    fields.mac(),
    fields.texts(),
    fields.json(),
  ];
  fc.assert(
    fc.property(fc.constantFrom(...every), fc.anything(), (field, raw) => {
      const answer = read(field, raw);
      t.true('value' in answer || typeof answer.error === 'string');
    }),
    { numRuns: 2000 },
  );
});
