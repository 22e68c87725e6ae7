import { randomBytes } from 'node:crypto';
import { mkdir, rename, rm, rmdir } from 'node:fs/promises';
import { dirname, join, parse } from 'node:path';
import type { Config } from '../../shared/config.ts';

/** Where uploaded files are kept. A key names one, below the folder; it holds a part that nobody can guess. */
export class MediaFolder {
  readonly #folder: string;

  constructor({ dataDir }: Pick<Config, 'dataDir'>) {
    this.#folder = join(dataDir, 'media');
  }

  /** Where uploads wait until it is known what they are; on the same disk, so that keeping one is a rename. */
  async incoming(): Promise<string> {
    const folder = join(this.#folder, '.incoming');
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return folder;
  }

  /** The place of a key. Keys come from the database, never from a client. */
  pathOf(key: string): string {
    return join(this.#folder, ...key.split('/'));
  }

  /** Makes the folder of a key, for a file about to be written there. */
  async makeRoom(key: string): Promise<string> {
    const path = this.pathOf(key);
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    return path;
  }

  /** Moves a file that was uploaded to its key. */
  async keep(from: string, key: string): Promise<void> {
    await rename(from, await this.makeRoom(key));
  }

  /** Removes a file and its folder; one that is not there is no matter. */
  async remove(key: string): Promise<void> {
    const path = this.pathOf(key);
    await rm(path, { force: true });
    // Others may be in it.
    await rmdir(dirname(path)).catch(() => undefined);
  }
}

/** A fresh key below `area` for a file that its sender called `name`. */
export const freshKey = (area: string, name: string): string =>
  `${area}/${randomBytes(16).toString('base64url')}/${name}`;

/** A file's name without what could mean something to a file system or a header; at most 100 characters. */
export function plainName(given: string): string {
  const { name, ext } = parse(given.replaceAll('\\', '/'));
  const plain = (text: string) => text.replace(/[^\p{L}\p{N}._-]+/gu, '_').replace(/^[._]+/, '');
  const ending = ext ? `.${plain(ext.slice(1)).slice(0, 12)}` : '';
  return `${plain(name).slice(0, 80) || 'file'}${ending === '.' ? '' : ending}`;
}
