import { readFile } from 'node:fs/promises';
import test from 'ava';
import { scopesPage, scopesText } from '../../api/schema/scopes-page.ts';

test('The page about scopes says what is enforced now', async (t) => {
  t.is(await readFile(scopesPage, 'utf8'), scopesText(), 'print it anew with: npm run scopes');
});

test('The page names, under each scope, what it opens', (t) => {
  const text = scopesText();
  const section = /### `r:add:host`\n([\s\S]*?)\n###/.exec(text)?.[1] ?? '';
  t.true(section.includes('`POST /api/inventory/hostbyid/`'));
  t.false(section.includes('`GET '), 'adding is not reading');
});
