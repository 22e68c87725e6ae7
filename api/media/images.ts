import { parse } from 'node:path';
import { say } from '../messages/say.ts';
import { Invalid } from '../store/refusals.ts';
import { freshKey, type MediaFolder } from './media-folder.ts';
import type { Upload } from './uploads.ts';

/** What images may be, and how their files end. */
const endings: Readonly<Record<string, string>> = { png: 'png', jpeg: 'jpg', webp: 'webp', gif: 'gif' };

const thumbnailPixels = 256;
/** An image of few bytes may unfold to very many pixels. */
const mostPixels = 50_000_000;

/** Loaded with the first image: it takes a while, and hardly any request brings one. */
async function loadSharp() {
  const { default: sharp } = await import('sharp');
  // Each image is seen once.
  sharp.cache(false);
  return sharp;
}

/** What an image is, by the ending that its key was given. */
export const imageType = (key: string): string =>
  `image/${key.endsWith('.jpg') ? 'jpeg' : (key.split('.').at(-1) ?? '')}`;

/** The key of an image's thumbnail, from that of the image; SQL that shows them does the same. */
export const thumbnailKey = (key: string): string => key.replace(/\.(\w+)$/, '.thumbnail.$1');

/** The key of the image that a key belongs to: its own, or its thumbnail's. */
export const imageKey = (key: string): string => key.replace(/^(images\/.*)\.thumbnail\.(\w+)$/, '$1.$2');

/**
 * Keeps an uploaded image and makes its thumbnail.
 * @returns its key
 * @throws Invalid naming the field when it is no image, or a broken one
 */
export async function keepImage(media: MediaFolder, field: string, { path, name }: Upload): Promise<string> {
  const options = { limitInputPixels: mostPixels, failOn: 'error' } as const;
  const sharp = await loadSharp();
  const ending = await sharp(path, options)
    .metadata()
    .then(
      ({ format }) => endings[format ?? ''],
      () => undefined,
    );
  if (!ending) throw new Invalid({ [field]: [say('values.image')] });
  const stem = parse(name).name.replace(/[^\w-]/g, '_') || 'image';
  const key = freshKey('images', `${stem}.${ending}`);
  const thumbnail = await media.makeRoom(thumbnailKey(key));
  try {
    const size = { width: thumbnailPixels, height: thumbnailPixels, fit: 'inside', withoutEnlargement: true } as const;
    await sharp(path, options).rotate().resize(size).toFile(thumbnail);
  } catch {
    await media.remove(thumbnailKey(key));
    throw new Invalid({ [field]: [say('values.broken-image')] });
  }
  await media.keep(path, key);
  return key;
}
