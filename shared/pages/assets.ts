import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import type Koa from 'koa';

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

const packers = { br: brotliCompressSync, gzip: gzipSync, identity: (bytes: Buffer) => bytes };
type Encoding = keyof typeof packers;
const encodings = Object.keys(packers);

interface Asset {
  readonly type: string;
  readonly bytes: Buffer;
  /** As it was sent before, by encoding. */
  readonly packed: Map<Encoding, Buffer>;
}

const folder = join(import.meta.dirname, 'assets');
const byUrl = new Map<string, Asset>();
const urlOf = new Map<string, string>();

/** What a library brings for browsers, by the name that pages call it. */
const fromLibraries = {
  'webauthn.js': new URL('../dist/bundle/index.umd.min.js', import.meta.resolve('@simplewebauthn/browser')),
};

for (const entry of readdirSync(folder, { withFileTypes: true })) {
  const path = join(folder, entry.name);
  keep(entry.name, entry.isDirectory() ? together(path) : readFileSync(path));
}
for (const [file, url] of Object.entries(fromLibraries)) keep(file, readFileSync(url));

/** A folder that is named like a file is one for browsers: what is in it, in the order of the names. */
function together(path: string): Buffer {
  const files = readdirSync(path).sort();
  return Buffer.concat(files.map((file) => readFileSync(join(path, file))));
}

function keep(file: string, bytes: Buffer): void {
  const type = types[extname(file)];
  if (!type) return;
  const hash = createHash('sha256').update(bytes).digest('base64url').slice(0, 12);
  const url = `/assets/${file.slice(0, -extname(file).length)}.${hash}${extname(file)}`;
  urlOf.set(file, url);
  byUrl.set(url, { type, bytes, packed: new Map() });
}

/** Packed when a browser first asks for it: most processes that start are never asked. */
function packedAs({ bytes, packed }: Asset, encoding: Encoding): Buffer {
  const made = packed.get(encoding) ?? packers[encoding](bytes);
  packed.set(encoding, made);
  return made;
}

/** The address of a stylesheet, script or picture. Other content gives another address, so browsers keep it for good. */
export function assetUrl(file: string): string {
  const url = urlOf.get(file);
  if (!url) throw new Error(`There is no asset ${file} in ${folder}`);
  return url;
}

/** Serves what {@link assetUrl} names, from memory; anything else below `/assets/` is not found. */
export function serveAssets(): Koa.Middleware {
  return (ctx, next) => {
    if (!ctx.path.startsWith('/assets/') || !['GET', 'HEAD'].includes(ctx.method)) return next();
    const asset = byUrl.get(ctx.path);
    if (!asset) return next();
    const encoding = (ctx.acceptsEncodings(encodings) || 'identity') as Encoding;
    ctx.type = asset.type;
    ctx.set({
      'Cache-Control': 'public, max-age=31536000, immutable',
      Vary: 'Accept-Encoding',
      'X-Content-Type-Options': 'nosniff',
      'Cross-Origin-Resource-Policy': 'same-origin',
    });
    if (encoding !== 'identity') ctx.set('Content-Encoding', encoding);
    ctx.body = packedAs(asset, encoding);
    return undefined;
  };
}
