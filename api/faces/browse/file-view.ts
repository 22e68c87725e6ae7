import { basename } from 'node:path';
import { thumbnailKey } from '../../media/images.ts';
import type { Field } from '../../resources/fields.ts';

/** What a form shows of a file: the one that there is, and what may come in its place. */
export interface FileView {
  /** Where the present one is served; '' without one. */
  readonly href: string;
  readonly name: string;
  /** A small image of it; '' when it is none. */
  readonly preview: string;
  /** What a browser lets people choose from; '' for everything. */
  readonly accept: string;
  readonly removable: boolean;
  /** Whether the box to remove it is ticked. */
  readonly removed: boolean;
}

const images = 'image/png,image/jpeg,image/webp,image/gif';

/** @param shown the path of the present file, as answers show it */
export function fileView({ image, nullable }: Field, shown: string, removed: boolean): FileView {
  // Only ours are linked: the path may have come back with a form.
  const href = shown.startsWith('/media/') ? shown : '';
  return {
    href,
    name: basename(href),
    preview: image && href.startsWith('/media/images/') ? thumbnailKey(href) : '',
    accept: image ? images : '',
    removable: href !== '' && nullable === true,
    removed,
  };
}
