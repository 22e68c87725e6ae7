import test from 'ava';
import fc from 'fast-check';
import { jsonFault } from '../../api/import/json-fault.ts';

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

test('Exactly what is not JSON has a fault, however a text was changed', (t) => {
  const changed = fc
    .tuple(
      fc.json(),
      fc.nat(),
      fc.constantFrom('', ',', '"', '{', ']', ':', '1', '-', ' ', '\n', '\\', 'tru', '\u0001'),
      fc.nat(3),
    )
    .map(
      ([text, at, put, drop]) =>
        text.slice(0, at % (text.length + 1)) + put + text.slice((at % (text.length + 1)) + drop),
    );
  t.notThrows(() =>
    fc.assert(
      fc.property(changed, (text) => (jsonFault(text) === null) === isJson(text)),
      { numRuns: 3000 },
    ),
  );
});

test('A text that is cut off has its fault where it ends, or where its last word begins', (t) => {
  const text = '[{"model": "part.part", "pk": 12}, null]';
  for (let end = 1; end < text.length; end++) {
    const fault = jsonFault(text.slice(0, end));
    t.true(fault !== null && fault <= end, text.slice(0, end));
  }
});

test('The first fault is the one that is told', (t) => {
  t.is(jsonFault('{"a": x, "b": y}'), 6);
  t.is(jsonFault('[1 2]'), 3);
  t.is(jsonFault('[1,]'), 3);
  t.is(jsonFault('{"a" 1}'), 5);
  t.is(jsonFault('[] []'), 3);
  t.is(jsonFault(''), 0);
  t.is(jsonFault(' [1, 2] '), null);
});
