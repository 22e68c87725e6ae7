import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Context, Middleware } from 'koa';
import { decide } from '../../shared/access/decide.ts';
import type { Principal } from '../../shared/access/principal.ts';
import type { Services } from '../../shared/services.ts';
import { sendUnauthenticated } from '../authentication/challenge.ts';
import { sendProblem } from '../dialect.ts';
import { columnOf } from '../resources/fields.ts';
import { resources } from '../resources/index.ts';
import { operationsOf } from '../store/operation.ts';
import { Forbidden } from '../store/refusals.ts';
import { kindsFor } from './attachments.ts';
import { imageKey, imageType } from './images.ts';
import { isHarmless, kindOfFile } from './kind-of-file.ts';
import { MediaFolder } from './media-folder.ts';

interface Served {
  key: string;
  name: string;
  contentType: string;
}

/** Serves uploaded files at `/media/…`, each to those who may view the row that it belongs to. */
export function serveMedia(services: Services): Middleware {
  const media = new MediaFolder(services.config);
  return (ctx, next) => (ctx.path.startsWith('/media/') ? answer(ctx) : next());

  async function answer(ctx: Context): Promise<void> {
    ctx.set('Vary', 'Authorization, Cookie');
    if (ctx.method !== 'GET' && ctx.method !== 'HEAD') {
      ctx.set('Allow', 'GET, HEAD');
      return sendProblem(ctx, 405, `Method "${ctx.method}" not allowed.`);
    }
    const principal: Principal = ctx.state.principal;
    if (!principal.person) return sendUnauthenticated(ctx, services.config.publicUrl);
    const found = await find(services, principal, keyOf(ctx.path));
    const size = found && (await sizeOf(media.pathOf(found.key)));
    if (!found || size === null) return sendProblem(ctx, 404, 'Not found.');
    send(ctx, media.pathOf(found.key), found, size);
  }
}

function keyOf(path: string): string {
  try {
    return decodeURIComponent(path.slice('/media/'.length));
  } catch {
    return '';
  }
}

/** The file of that key; null when there is none, or none that they may view: the two are not told apart. */
async function find(services: Services, principal: Principal, key: string): Promise<Served | null> {
  if (!key || key.includes('\0')) return null;
  const row = await services
    .knex('attachment')
    .where({ file_key: key })
    .first('model_type', 'file_name', 'content_type');
  if (!row) return findKept(services, principal, key);
  if (!viewable(principal).includes(row.model_type)) return null;
  return { key, name: row.file_name, contentType: row.content_type };
}

/** A file that a field of a row holds, or its thumbnail. */
async function findKept({ knex, config }: Services, principal: Principal, key: string): Promise<Served | null> {
  for (const resource of resources) {
    for (const [name, field] of Object.entries(resource.fields)) {
      const column = field.file ? columnOf(name, field) : null;
      if (!column || decide(principal, operationsOf(resource, config.anonymousRead).view).allow !== 'all') continue;
      const row = await knex(resource.table).where(column, imageKey(key)).first('id');
      if (!row) continue;
      const path = new MediaFolder(config).pathOf(key);
      return { key, name: basename(key), contentType: field.image ? imageType(key) : await typeOf(path) };
    }
  }
  return null;
}

function viewable(principal: Principal): string[] {
  try {
    return kindsFor(principal, 'view');
  } catch (error) {
    if (error instanceof Forbidden) return [];
    throw error;
  }
}

/** What a file is by its content; one that is not there is nothing. */
const typeOf = (path: string): Promise<string> =>
  kindOfFile(path).then(
    ({ contentType }) => contentType,
    () => '',
  );

const sizeOf = (path: string): Promise<number | null> =>
  stat(path).then(
    ({ size }) => size,
    () => null,
  );

/** A browser shows images; whatever else somebody uploaded is saved, never run in our name. */
function send(ctx: Context, path: string, { name, contentType }: Served, size: number): void {
  const shown = isHarmless(contentType);
  const plain = name.replace(/[^\w.-]/g, '_');
  ctx.status = 200;
  ctx.set({
    'Content-Type': shown ? contentType : 'application/octet-stream',
    'Content-Disposition': `${shown ? 'inline' : 'attachment'}; filename="${plain}"; filename*=UTF-8''${encodeURIComponent(name)}`,
    'Content-Security-Policy': "default-src 'none'; sandbox; frame-ancestors 'none'",
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Cache-Control': 'private, no-cache',
    'Content-Length': String(size),
  });
  ctx.body = createReadStream(path);
}
