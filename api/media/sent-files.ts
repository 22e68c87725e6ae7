import type { Context } from 'koa';
import type { Row } from '../resources/declaration.ts';
import type { Field } from '../resources/fields.ts';
import { KeptFile } from '../store/kept-file.ts';
import { Invalid } from '../store/refusals.ts';
import type { Store } from '../store/store.ts';
import { keepFor, removeKept } from './kept.ts';
import { MediaFolder } from './media-folder.ts';
import { readUploads } from './uploads.ts';

/** A field that takes files, and its key in forms. */
export interface TakesFile {
  readonly key: string;
  readonly name: string;
  readonly field: Field;
}

/**
 * Reads a form with files, keeps them, and hands them to a write by the names of their fields; they go again when the
 * write fails. Call it once the caller may write at all: until then nothing of the body is taken in.
 * @throws Invalid naming a key that takes no file, or no such one
 */
export async function withSentFiles<T>(
  ctx: Context,
  { config }: Pick<Store, 'config'>,
  taking: readonly TakesFile[],
  write: (fields: Row, files: Row) => Promise<T>,
): Promise<T> {
  const media = new MediaFolder(config);
  const { fields, files, discard } = await readUploads(ctx, config);
  const kept: string[] = [];
  try {
    for (const field of files.keys()) {
      if (!taking.some(({ key }) => key === field)) {
        throw new Invalid({ [field]: ['This field does not take a file.'] });
      }
    }
    const given: Row = {};
    for (const { key, name, field } of taking) {
      const upload = files.get(key);
      if (!upload) continue;
      const file = await keepFor(media, name, field, upload);
      kept.push(file);
      given[name] = new KeptFile(file);
    }
    return await write(fields, given);
  } catch (error) {
    for (const file of kept) await removeKept(media, file);
    throw error;
  } finally {
    await discard();
  }
}
