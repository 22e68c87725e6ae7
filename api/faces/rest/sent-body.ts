import type { Context } from 'koa';
import type { Principal } from '../../../shared/access/principal.ts';
import type { Permission } from '../../../shared/access/roles.ts';
import { withSentFiles } from '../../media/sent-files.ts';
import type { Row } from '../../resources/declaration.ts';
import { allow } from '../../store/operation.ts';
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
  // Of a page's form all is read by now but its files, which stand last.
  const page = ctx.state.form ? (ctx.request as { body?: unknown }).body : undefined;
  return withSentFiles(ctx, store, taking, (fields, files) =>
    write({ ...parseBody(spelled, page ?? fields), ...files }),
  );
}
