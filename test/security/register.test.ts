import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { register } from './register/index.ts';
import { securityPage, securityText } from './register/page.ts';
import { waysIn } from './register/ways-in.ts';

const items = register.flatMap((checklist) => checklist.items);

/** The titles of the tests in a file below `test/`, with `…` for what a title takes in. */
async function titlesIn(file: string): Promise<string[]> {
  const source = await readFile(join(import.meta.dirname, '..', `${file}.test.ts`), 'utf8');
  const calls = source.matchAll(/^\s*\w+(?:\.serial)?\(\s*(?:'([^'\n]+)'|"([^"\n]+)"|`([^`\n]+)`),/gm);
  return [...calls].map(([, single, double, template]) => {
    return single ?? double ?? (template ?? '').replaceAll(/\$\{(?:[^{}]|\{[^{}]*\})*\}/g, '…');
  });
}

test('every test that the register names exists', async (t) => {
  const missing: string[] = [];
  for (const named of new Set([...items, ...waysIn].flatMap(({ shownBy }) => shownBy))) {
    const [file = '', ...title] = named.split(' › ');
    const titles = await titlesIn(file).catch((): string[] => []);
    if (!titles.includes(title.join(' › '))) missing.push(named);
  }
  t.deepEqual(missing, []);
});

test('every line of a checklist is there once, and says what holds it or why nothing does', (t) => {
  for (const { title, items: lines } of register) {
    const ids = lines.map(({ id }) => id);
    t.is(new Set(ids).size, ids.length, title);
  }
  for (const { id, says, because, held, shownBy } of items) {
    t.true(says !== '' && because !== '' && shownBy.length > 0 === held, id);
    t.notRegex(says + because, /\||\n/, id);
  }
});

test('the page about security says what the register says', async (t) => {
  t.is(await readFile(securityPage, 'utf8'), await securityText(), 'print it anew with: npm run security');
});
