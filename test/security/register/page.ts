import { readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { register } from './index.ts';
import type { Checklist, Item } from './item.ts';
import { type Way, waysIn } from './ways-in.ts';

export const securityPage = join(import.meta.dirname, '..', '..', '..', 'docs', 'security-model.md');

/** The headings that the tables stand between. */
const heading = '## Checklists, line by line';
const next = '## What it leaves to you';

/** The page as it is now, with its tables printed anew. */
export async function securityText(): Promise<string> {
  const text = await readFile(securityPage, 'utf8');
  const [from, to] = [text.indexOf(`${heading}\n`), text.indexOf(`${next}\n`)];
  if (from < 0 || to < from) throw new Error(`${securityPage} needs «${heading}», and «${next}» after it.`);
  return `${text.slice(0, from)}${heading}\n\n${tables()}\n${text.slice(to)}`;
}

function tables(): string {
  const items = register.flatMap((checklist) => checklist.items);
  const held = items.filter((item) => item.held).length;
  return `${held} lines hold, each shown by tests; ${items.length - held} don't, or not in full, and say why. Tests are named by their
file below \`test/\` and by their title; \`…\` stands for what a title takes in. Printed from
\`test/security/register/\` by \`npm run security\`.

### Every way in, and how strong it is

| Way | Strength | Opens | Shown by |
| --- | --- | --- | --- |
${waysIn.map(wayOf).join('\n')}

${register.map(tableOf).join('\n')}`;
}

const tableOf = ({ title, scope, items }: Checklist): string => `### ${title}

${scope}

| | Asks for | Held by | Shown by |
| --- | --- | --- | --- |
${items.map(rowOf).join('\n')}
`;

const wayOf = ({ way, strength, opens, shownBy }: Way): string =>
  `| ${way} | ${strength} | ${opens} | ${testsOf(shownBy)} |`;

const testsOf = (shownBy: readonly string[]): string =>
  shownBy.map((test) => test.replace(/^(\S+) › /, '`$1` › ')).join('<br>');

function rowOf({ id, says, because, held, shownBy }: Item): string {
  return `| ${id} | ${says} | ${held ? '' : '**Not held**: '}${because} | ${testsOf(shownBy) || '–'} |`;
}

if (import.meta.main) {
  await writeFile(securityPage, await securityText());
  console.log(`Wrote ${relative('', securityPage)}`);
}
