import { fileTypeFromFile } from 'file-type';

/** Kinds of image that browsers show and that hold no scripts. */
const images: ReadonlySet<string> = new Set(['image/png', 'image/jpeg', 'image/webp', 'image/gif']);

/** What a file is by its content, whatever it is called. Texts can't be told apart from what they may mean to a browser. */
export async function kindOfFile(path: string): Promise<{ contentType: string; isImage: boolean }> {
  const found = await fileTypeFromFile(path);
  const contentType = found?.mime ?? 'application/octet-stream';
  return { contentType, isImage: images.has(contentType) };
}

/** Whether a browser may show it in place; everything else is only saved. */
export const isHarmless = (contentType: string): boolean => images.has(contentType);
