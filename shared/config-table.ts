import { writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { settings } from './config.ts';

export const configurationPage = join(import.meta.dirname, '..', 'docs', 'configuration.md');

/** The page about every setting, as Markdown. */
export function configurationText(): string {
  const rows = Object.values(settings).map(({ variable, kind, standard, about, ...rest }) => {
    const otherwise = 'otherwise' in rest ? rest.otherwise : `\`${standard}\``;
    return `| \`${variable}\` | ${about} | ${kind.values} | ${otherwise} |`;
  });
  return `# Configuration

Settings come from the environment, and from a file \`.env\` in the working folder for what the environment leaves open.
They are read once, at the start; a wrong one stops it with a line that names the variable. An empty value counts as
not set. With several processes, all need the same \`PUBLIC_URL\`, \`SECRET_KEY\` and \`DATABASE_URL\`.

| Variable | What it is for | Values | When it is not set |
| --- | --- | --- | --- |
${rows.join('\n')}

This page is printed from the declaration in \`shared/config.ts\`: change that, then \`npm run config\`.
`;
}

if (import.meta.main) {
  await writeFile(configurationPage, configurationText());
  console.log(`Wrote ${relative('', configurationPage)}`);
}
