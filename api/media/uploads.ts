import { rm } from 'node:fs/promises';
import type { Context } from 'koa';
import { say } from '../messages/say.ts';
import { Invalid, rowRule } from '../store/refusals.ts';
import { begunForm, type FormLimits, plainFields } from './begun-form.ts';
import { plainName } from './media-folder.ts';

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

/**
 * Reads a multipart request, files to disk. Call it once the caller may do what the request asks for: until then its
 * files are not taken in.
 * @throws Invalid when a file is larger than the configuration allows, or the form can't be read
 */
export async function readUploads(ctx: Context, limits: FormLimits): Promise<Uploaded> {
  const form = begunForm(ctx, limits);
  form.letIn();
  const { body, files: received = [] } = await form.whole.catch((error: unknown) => {
    throw refusalOf(error, limits.attachmentMegabytes);
  });
  const files = received.map(({ fieldname, originalname, path, size }) => {
    // The form's parser takes names for Latin-1.
    const name = plainName(Buffer.from(originalname, 'latin1').toString('utf8'));
    return [fieldname, { path, name, size }] as const;
  });
  return {
    fields: plainFields(body),
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
  if (code === 'LIMIT_FILE_SIZE') return new Invalid({ [field]: [say('values.file-size', { megabytes })] });
  return new Invalid({ [rowRule]: ['The form can not be read, or has too many parts.'] });
}
