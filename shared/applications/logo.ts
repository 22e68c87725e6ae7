import { say } from '../messages/say.ts';
import { FieldRefused } from './field-refused.ts';

/** The largest file that is taken for a logo; bytes. */
export const largestLogo = 500_000;

const pixels = 128;
/** An image of few bytes may unfold to very many pixels. */
const mostPixels = 20_000_000;

/**
 * Draws an image anew as a square PNG, so that nothing but its picture is kept.
 * @throws FieldRefused when it is no image
 */
export async function logoFrom(image: Buffer): Promise<Buffer> {
  if (image.length > largestLogo) {
    throw new FieldRefused('logo', say('application-fields.large-logo', { most: largestLogo / 1000 }));
  }
  // Loaded with the first logo: it takes a while.
  const { default: sharp } = await import('sharp');
  try {
    return await sharp(image, { limitInputPixels: mostPixels, failOn: 'error' })
      .rotate()
      .resize({ width: pixels, height: pixels, fit: 'contain', background: { r: 0, g: 0, b: 0, alpha: 0 } })
      .png()
      .toBuffer();
  } catch {
    throw new FieldRefused('logo', say('application-fields.no-image'));
  }
}
