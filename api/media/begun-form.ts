import multer from '@koa/multer';
import type { Context } from 'koa';
import type { Config } from '../../shared/config.ts';
import { MediaFolder } from './media-folder.ts';

/** A file as the form's parser puts it away. */
export interface Received {
  fieldname: string;
  originalname: string;
  path: string;
  size: number;
}

/** What the form's parser fills in. */
interface Parsed {
  body?: object;
  files?: Received[];
}

/** What limits forms, and where their files wait. */
export type FormLimits = Pick<Config, 'dataDir' | 'attachmentMegabytes'>;

/** A form that is being read: its files wait until somebody lets them in. */
interface BegunForm {
  /** Its fields before its first file. */
  readonly beginning: Promise<object>;
  /** All of it. */
  readonly whole: Promise<Parsed>;
  letIn(): void;
  /** Takes in no file that was not let in yet. */
  leave(): void;
}

const begun = new WeakMap<Context, BegunForm>();

/** The form of a request, begun by now. */
export const begunForm = (ctx: Context, limits: FormLimits): BegunForm => begun.get(ctx) ?? begin(ctx, limits);

/**
 * Reads a form up to its first file into `ctx.request.body`: a page's form says there who sends it and what it means.
 * @returns what leaves its files unread if nobody let them in
 */
export async function readBeginning(ctx: Context, limits: FormLimits): Promise<() => void> {
  const form = begunForm(ctx, limits);
  (ctx.request as { body?: object }).body = await form.beginning;
  return form.leave;
}

/** Names with brackets are nested by now, in objects without a prototype. */
export const plainFields = (body: object = {}): Record<string, unknown> =>
  structuredClone(body) as Record<string, unknown>;

function begin(ctx: Context, { dataDir, attachmentMegabytes }: FormLimits): BegunForm {
  const { promise: beginning, resolve: began } = Promise.withResolvers<object>();
  const gate = Promise.withResolvers<void>();
  const limits = {
    fileSize: attachmentMegabytes * 1_000_000,
    files: 4,
    fields: 200,
    fieldSize: 1_000_000,
    parts: 204,
  };
  const storage = multer.diskStorage({
    destination(_request, _file, done) {
      new MediaFolder({ dataDir }).incoming().then(
        (folder) => done(null, folder),
        (error: Error) => done(error, ''),
      );
    },
  });
  const { req, res } = ctx;
  const parsed = { req, res, request: {} as Parsed };
  const fileFilter = (_request: unknown, _file: unknown, done: (error: Error | null, taken?: boolean) => void) => {
    began(plainFields((req as Parsed).body));
    gate.promise.then(() => done(null, true), done);
  };
  const read = multer({ storage, limits, fileFilter } as never).any() as unknown as (
    context: typeof parsed,
    next: () => Promise<void>,
  ) => Promise<void>;
  const whole = read(parsed, async () => undefined).then(() => parsed.request);
  // What is wrong with a form is told to who wants all of it.
  whole.then(
    ({ body }) => began(plainFields(body)),
    () => began({}),
  );
  gate.promise.catch(() => undefined);
  const form = {
    beginning,
    whole,
    letIn: gate.resolve,
    leave: () => gate.reject(new Error('Nobody takes these files.')),
  };
  begun.set(ctx, form);
  return form;
}
