import { writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { identityScopes, resourceScopes } from '../../shared/access/scopes.ts';
import { loadConfig } from '../../shared/config.ts';
import { spellAll } from '../faces/rest/locate.ts';
import { resources } from '../resources/index.ts';
import { describeApi } from './describe-api.ts';

export const scopesPage = join(import.meta.dirname, '..', '..', 'docs', 'scopes.md');

/** Other ways of speaking of the same resources, under the same scopes. */
const otherFaces = /^\/api\/(v1|resources)\//;

/** The page about every scope and the operations that it opens, as Markdown, from the document that is enforced. */
export function scopesText(): string {
  const config = loadConfig({});
  const { document } = describeApi(spellAll(resources, config.publicUrl), config);
  const opened = new Map<string, string[]>(Object.keys(resourceScopes).map((scope) => [scope, []]));
  for (const [path, item] of Object.entries(document.paths)) {
    if (otherFaces.test(path)) continue;
    for (const [method, operation] of Object.entries(item)) {
      const alternatives = (operation as { security?: Record<string, string[]>[] }).security ?? [];
      for (const scope of new Set(alternatives.flatMap(({ oauth2 = [] }) => oauth2))) {
        opened.get(scope)?.push(`\`${method.toUpperCase()} ${path}\``);
      }
    }
  }
  const wide = new Set(['g:read', 'a:superuser']);
  const sections = [...opened].flatMap(([scope, operations]) =>
    wide.has(scope) || operations.length === 0
      ? []
      : [`### \`${scope}\`\n\n${resourceScopes[scope]}.\n\n${operations.map((one) => `- ${one}`).join('\n')}\n`],
  );
  const identity = Object.entries(identityScopes).map(([scope, sentence]) => `| \`${scope}\` | ${sentence} |`);
  return `# Scopes

A scope is what a person lets an application do. It never adds a right: what a token can do is what its person's roles
allow **and** its scopes cover. An operation lists the scopes that let it through; any one of them is enough. Tokens
that are not bound by scopes (a person's own API token without scopes, Basic, a browser session) go by the roles alone.

| Scope | Lets a token |
| --- | --- |
| \`g:read\` | Read whatever its person may view: ${opened.get('g:read')?.length} operations. What a client gets that asks for no scope. |
| \`a:superuser\` | Do whatever its person may do: ${opened.get('a:superuser')?.length} operations. It makes nobody a superuser. |
${identity.join('\n')}

A scope-bound token can't make tokens, register applications or change passwords, whatever its scopes.

## What each of the others opens

Each opens the same at \`/api/resources/…\` and \`/api/v1/…\`, where the same resources are spoken of in other words.

${sections.join('\n')}
This page is printed from the declarations that are enforced: \`npm run scopes\`.
`;
}

if (import.meta.main) {
  await writeFile(scopesPage, scopesText());
  console.log(`Wrote ${relative('', scopesPage)}`);
}
