import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { ConfigError } from '../config.ts';

/*
 * Passwords that are known from breaches, as the download of «Have I Been Pwned» has them: one line each, the SHA-1 in hex
 * and how often it was seen, sorted by hash. The file may be larger than the memory, so it is searched where it lies.
 */

/** Longer than any line. */
const lineRoom = 128;
const lineForm = /^[0-9A-F]{40}(:\d+)?\r?\n/i;

/** Whether a password is in the file. */
export async function isBreached(file: string, password: string): Promise<boolean> {
  const wanted = createHash('sha1').update(password).digest('hex').toUpperCase();
  const handle = await open(file);
  try {
    // The line that is looked for, if there is one, begins at `from` or later, and before `to`.
    let [from, to] = [0, (await handle.stat()).size];
    while (from < to) {
      const middle = Math.floor((from + to) / 2);
      const line = await lineFrom(handle, middle);
      const found = line?.text.slice(0, wanted.length).toUpperCase();
      if (found === wanted) return true;
      if (line && found && found < wanted) from = line.end;
      else to = middle;
    }
    return false;
  } finally {
    await handle.close();
  }
}

/** The first line that begins at an offset or after it; null when none does. */
async function lineFrom(handle: FileHandle, offset: number): Promise<{ text: string; end: number } | null> {
  // With the byte before, which says whether a line begins just here.
  const begin = Math.max(0, offset - 1);
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(2 * lineRoom), 0, 2 * lineRoom, begin);
  const read = buffer.subarray(0, bytesRead).toString('latin1');
  const start = offset === 0 ? 0 : read.indexOf('\n') + 1;
  if ((start === 0 && offset > 0) || start >= read.length) return null;
  const newline = read.indexOf('\n', start);
  const end = newline < 0 ? read.length : newline + 1;
  return { text: read.slice(start, end), end: begin + end };
}

/** @throws ConfigError when the file can't be read, or is none of this form */
export async function checkBreachedPasswords(file: string | null): Promise<void> {
  if (file === null) return;
  const first = await open(file)
    .then(async (handle) => {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(lineRoom)).finally(() => handle.close());
      return buffer.subarray(0, bytesRead).toString('latin1');
    })
    .catch((error: NodeJS.ErrnoException) => {
      throw new ConfigError(`BREACHED_PASSWORDS can not be read: ${error.code ?? error.message}`);
    });
  if (!lineForm.test(first)) {
    throw new ConfigError('BREACHED_PASSWORDS must be a file of SHA-1 hashes in hex, one a line, sorted');
  }
}
