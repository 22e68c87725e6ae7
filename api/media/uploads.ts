import { rm } from 'node:fs/promises';
import multer from '@koa/multer';
import type { Context, Middleware } from 'koa';
import type { Config } from '../../shared/config.ts';
import { Invalid, rowRule } from '../store/refusals.ts';
import { MediaFolder, plainName } from './media-folder.ts';

/** A file that came with a request, waiting on disk. */
export interface Upload {
  readonly path: string;
  /** As its sender called it, made harmless. */
  readonly name: string;
  readonly size: number;
}

/** What a multipart request holds. */
export interface Uploaded {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly files: ReadonlyMap<string, Upload>;
  /** Removes the files that nobody has moved away. */
  discard(): Promise<void>;
}

interface Received {
  fieldname: string;
  originalname: string;
  path: string;
  size: number;
}

/**
 * Reads a multipart request, files to disk. Call it once the caller may do what the request asks for: until then its
 * body is not taken in.
 * @throws Invalid when a file is larger than the configuration allows, or the form can't be read
 */
export async function readUploads(
  ctx: Context,
  config: Pick<Config, 'dataDir' | 'attachmentMegabytes'>,
): Promise<Uploaded> {
  const destination = await new MediaFolder(config).incoming();
  const megabytes = config.attachmentMegabytes;
  const limits = { fileSize: megabytes * 1_000_000, files: 4, fields: 200, fieldSize: 1_000_000, parts: 204 };
  const read = multer({ storage: multer.diskStorage({ destination }), limits }).any() as unknown as Middleware;
  try {
    await read(ctx, async () => undefined);
  } catch (error) {
    throw refusalOf(error, megabytes);
  }
  const request = ctx.request as unknown as { files?: Received[]; body?: object };
  const received = request.files ?? [];
  const files = received.map(({ fieldname, originalname, path, size }) => {
    // The form's parser takes names for Latin-1.
    const name = plainName(Buffer.from(originalname, 'latin1').toString('utf8'));
    return [fieldname, { path, name, size }] as const;
  });
  return {
    fields: structuredClone(request.body ?? {}) as Record<string, unknown>,
    files: new Map(files),
    discard: async () => {
      await Promise.all(received.map(({ path }) => rm(path, { force: true })));
    },
  };
}

function refusalOf(error: unknown, megabytes: number): unknown {
  if (!(error instanceof Error)) return error;
  const code = 'code' in error ? String(error.code) : '';
  // A full disk is no fault of the caller's.
  if (/^E[A-Z]+$/.test(code)) return error;
  const field = ('field' in error && String(error.field ?? '')) || rowRule;
  if (code === 'LIMIT_FILE_SIZE') return new Invalid({ [field]: [`A file may have at most ${megabytes} MB.`] });
  return new Invalid({ [rowRule]: ['The form can not be read, or has too many parts.'] });
}
