import type { Context } from 'koa';
import type { Principal } from '../../../shared/access/principal.ts';
import type { Permission } from '../../../shared/access/roles.ts';
import { keepImage, removeImage } from '../../media/images.ts';
import { MediaFolder } from '../../media/media-folder.ts';
import { readUploads } from '../../media/uploads.ts';
import type { Row } from '../../resources/declaration.ts';
import { KeptFile } from '../../store/kept-file.ts';
import { allow } from '../../store/operation.ts';
import { Invalid } from '../../store/refusals.ts';
import type { Store } from '../../store/store.ts';
import type { Locate } from './face.ts';
import { parseBody } from './parse-body.ts';
import type { Spelled } from './spelling.ts';

const imageKeys = ({ keys }: Spelled) => keys.filter(({ field, writable }) => writable && field.image);

/** Whether a form sent to a path may hold files. */
export const filesAt =
  (locate: Locate) =>
  (path: string): boolean => {
    const target = locate(path);
    return target !== null && target.action === null && imageKeys(target.spelled).length > 0;
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
  const images = imageKeys(spelled);
  if (images.length === 0 || !ctx.is('multipart/form-data')) {
    return write(parseBody(spelled, (ctx.request as { body?: unknown }).body));
  }
  allow(principal, store.operations(spelled.resource)[permission]);
  const media = new MediaFolder(store.config);
  const { fields, files, discard } = await readUploads(ctx, store.config);
  const kept: string[] = [];
  try {
    for (const field of files.keys()) {
      if (!images.some(({ key }) => key === field)) {
        throw new Invalid({ [field]: ['This field does not take a file.'] });
      }
    }
    const given = parseBody(spelled, fields);
    for (const { key, name } of images) {
      const upload = files.get(key);
      if (!upload) continue;
      const image = await keepImage(media, name, upload);
      kept.push(image);
      given[name] = new KeptFile(image);
    }
    return await write(given);
  } catch (error) {
    for (const image of kept) await removeImage(media, image);
    throw error;
  } finally {
    await discard();
  }
}
