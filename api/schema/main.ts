import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { ConfigError, loadConfig, loadEnvFile } from '../../shared/config.ts';
import { spellAll } from '../faces/rest/locate.ts';
import { resources } from '../resources/index.ts';
import { describeApi } from './describe-api.ts';
import { printCollection } from './postman/print.ts';
import { asJson } from './print.ts';
import { asYaml } from './yaml.ts';

const usage = `Writes the OpenAPI 3.1 document of the API, or a Postman collection of it. Needs no running server and no database.

Usage: npm run schema -- [options]

  --format yaml|json|postman
                       Format (default: by the ending of --output, else yaml)
  --output FILE        Where to write it (default: standard output)
  --url PUBLIC_URL     Address that the document names (default: the setting PUBLIC_URL)
  --help               Print this

The settings are read from the environment and .env as at a start; ANONYMOUS_READ decides
which operations the document calls public.
`;

/** A call of the command that can't be carried out; the message is one line. */
class UsageError extends Error {}

async function run(args: readonly string[]): Promise<void> {
  const { format, output, url, help } = optionsOf(args);
  if (help) {
    process.stdout.write(usage);
    return;
  }
  loadEnvFile();
  // No database is opened, so none of its settings count.
  const { DATABASE_URL, ...env } = process.env;
  const given = loadConfig({ ...env, ...(url && { PUBLIC_URL: url }) });
  const { document } = describeApi(spellAll(resources, given.publicUrl), given);
  const texts = {
    postman: () => printCollection(document),
    json: () => asJson(document, 2),
    yaml: () => asYaml(document),
  };
  const text = await texts[format ?? (output?.endsWith('.json') ? 'json' : 'yaml')]();
  if (!output) {
    process.stdout.write(text);
    return;
  }
  writeFileSync(output, text);
  const count = Object.values(document.paths).reduce((sum, item) => sum + Object.keys(item).length, 0);
  console.error(`Wrote ${count} operations to ${output}`);
}

function optionsOf(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        format: { type: 'string' },
        output: { type: 'string', short: 'o' },
        url: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    const { format } = values;
    if (format !== undefined && format !== 'yaml' && format !== 'json' && format !== 'postman') {
      throw new UsageError(`--format takes yaml, json or postman, not ${format}`);
    }
    return { ...values, format: format as 'yaml' | 'json' | 'postman' | undefined };
  } catch (error) {
    if (error instanceof TypeError) throw new UsageError(error.message.split('. ')[0]);
    throw error;
  }
}

try {
  await run(process.argv.slice(2));
} catch (error) {
  const known = error instanceof UsageError || error instanceof ConfigError;
  const unwritten = error instanceof Error && 'syscall' in error;
  if (!known && !unwritten) throw error;
  console.error(`${(error as Error).message}${error instanceof UsageError ? ' (--help says what it takes)' : ''}`);
  process.exitCode = 1;
}
