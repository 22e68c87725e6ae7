import type { Field } from '../resources/fields.ts';
import { keepImage, thumbnailKey } from './images.ts';
import { freshKey, type MediaFolder } from './media-folder.ts';
import type { Upload } from './uploads.ts';

/**
 * Keeps a file that a field of a row is to hold, an image with its thumbnail.
 * @returns its key; what is shown of it is a path, so it holds nothing that a URL would encode
 * @throws Invalid naming the field when it wants an image and gets none
 */
export async function keepFor(media: MediaFolder, name: string, field: Field, upload: Upload): Promise<string> {
  if (field.image) return keepImage(media, name, upload);
  const key = freshKey('files', upload.name.replace(/[^\w.-]/g, '_'));
  await media.keep(upload.path, key);
  return key;
}

const ours = /^(images|files)\/[\w-]{22}\/[\w.-]+$/;

/** Removes a file that no row names any more. A key that was imported names no file of ours. */
export async function removeKept(media: MediaFolder, key: string): Promise<void> {
  const area = ours.exec(key)?.[1];
  if (area === 'images') await media.remove(thumbnailKey(key));
  if (area) await media.remove(key);
}
