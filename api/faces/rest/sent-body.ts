import type { Context } from 'koa';
import type { Principal } from '../../../shared/access/principal.ts';
import type { Permission } from '../../../shared/access/roles.ts';
import { keepFor, removeKept } from '../../media/kept.ts';
import { MediaFolder } from '../../media/media-folder.ts';
import { readUploads } from '../../media/uploads.ts';
import type { Row } from '../../resources/declaration.ts';
import { KeptFile } from '../../store/kept-file.ts';
import { allow } from '../../store/operation.ts';
import { Invalid } from '../../store/refusals.ts';
import type { Store } from '../../store/store.ts';
import type { Locate } from './locate.ts';
import { parseBody } from './parse-body.ts';
import type { Spelled } from './spelling.ts';

const fileKeys = ({ keys }: Spelled) => keys.filter(({ field, writable }) => writable && field.file);

/** Whether a form sent to a path may hold files. */
export const filesAt =
  (locate: Locate) =>
  (path: string): boolean => {
    const target = locate(path);
    return target !== null && target.action === null && fileKeys(target.spelled).length > 0;
  };

/**
 * Hands a write what was sent: field names to raw values, files among them. Files of a form are taken in only from
 * those who may write at all, and go again when the write fails.
 */
export async function withSentBody<T>(
  ctx: Context,
  store: Store,
  principal: Principal,
  spelled: Spelled,
  permission: Permission,
  write: (given: Row) => Promise<T>,
): Promise<T> {
  const taking = fileKeys(spelled);
  if (taking.length === 0 || !ctx.is('multipart/form-data')) {
    return write(parseBody(spelled, (ctx.request as { body?: unknown }).body));
  }
  allow(principal, store.operations(spelled.resource)[permission]);
  const media = new MediaFolder(store.config);
  const { fields, files, discard } = await readUploads(ctx, store.config);
  const kept: string[] = [];
  try {
    for (const field of files.keys()) {
      if (!taking.some(({ key }) => key === field)) {
        throw new Invalid({ [field]: ['This field does not take a file.'] });
      }
    }
    const given = parseBody(spelled, fields);
    for (const { key, name, field } of taking) {
      const upload = files.get(key);
      if (!upload) continue;
      const file = await keepFor(media, name, field, upload);
      kept.push(file);
      given[name] = new KeptFile(file);
    }
    return await write(given);
  } catch (error) {
    for (const file of kept) await removeKept(media, file);
    throw error;
  } finally {
    await discard();
  }
}
