import { readdir, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { Knex } from 'knex';
import type { Config } from '../../shared/config.ts';
import { columnOf } from '../resources/fields.ts';
import { resources } from '../resources/index.ts';
import { imageKey } from './images.ts';
import { MediaFolder } from './media-folder.ts';

/** Younger files may belong to a request that is still being answered. */
const dayMilliseconds = 86_400_000;
const batch = 500;

/** Removes files that no row names any more: their rows went along with others. @returns how many */
export async function sweepMedia(knex: Knex, config: Pick<Config, 'dataDir'>, now = Date.now()): Promise<number> {
  const media = new MediaFolder(config);
  const keys = await oldKeys(media, now - dayMilliseconds);
  let removed = 0;
  for (let from = 0; from < keys.length; from += batch) {
    const some = keys.slice(from, from + batch);
    const named = await namedKeys(knex, [...new Set(some.map(imageKey))]);
    for (const key of some) {
      if (named.has(imageKey(key))) continue;
      await media.remove(key);
      removed += 1;
    }
  }
  return removed;
}

async function oldKeys(media: MediaFolder, before: number): Promise<string[]> {
  const folder = media.pathOf('');
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  });
  const keys: string[] = [];
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    // Another sweep may have been quicker.
    const found = await stat(path).catch(() => null);
    if (found && found.mtimeMs < before) keys.push(relative(folder, path).split(sep).join('/'));
  }
  return keys;
}

/** Those of the keys that some row names. */
async function namedKeys(knex: Knex, keys: readonly string[]): Promise<ReadonlySet<string>> {
  const named = new Set<string>(await knex('attachment').whereIn('file_key', keys).pluck('file_key'));
  for (const { table, fields } of resources) {
    for (const [name, field] of Object.entries(fields)) {
      const column = field.file ? columnOf(name, field) : null;
      if (!column) continue;
      for (const key of await knex(table).whereIn(column, keys).pluck(column)) named.add(key);
    }
  }
  return named;
}
