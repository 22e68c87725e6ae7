import type { Route } from '../bare/serve.ts';
import type { Shot } from '../load/shots.ts';
import { refuseDifference, textAt } from '../same-bytes.ts';
import type { Stage } from '../stage.ts';
import { compare, type Measured, type Rounds } from './compare.ts';

/** The api and what bare servers run instead, under the same load. */
export interface Beside {
  readonly what: string;
  readonly stage: Stage;
  readonly headers: Readonly<Record<string, string>>;
  readonly routes: Readonly<Record<'rows' | 'text', Route>>;
  readonly paths: readonly string[];
}

/** Measures the api, a server that prints rows and one that passes text on, once they answer the same bytes. */
export async function besideBare(
  { what, stage, headers, routes, paths }: Beside,
  rounds: Rounds,
): Promise<{ api: Measured; rows: Measured; text: Measured }> {
  const bare = { rows: await stage.bare('rows', [routes.rows]), text: await stage.bare('text', [routes.text]) };
  try {
    for (const path of paths.slice(0, 5)) {
      const ours = await textAt(stage.api.url + path, headers);
      for (const { url } of Object.values(bare)) refuseDifference('The bare server', ours, await textAt(url + path));
    }
    const shot: Shot = { kind: 'paths', paths };
    const [api, rows, text] = await compare(
      what,
      [
        { name: 'api', pid: stage.api.child.pid, load: () => ({ url: stage.api.url, headers, shot }) },
        { name: 'bare rows', pid: bare.rows.child.pid, load: () => ({ url: bare.rows.url, shot }) },
        { name: 'bare text', pid: bare.text.child.pid, load: () => ({ url: bare.text.url, shot }) },
      ],
      rounds,
    );
    return { api, rows, text } as { api: Measured; rows: Measured; text: Measured };
  } finally {
    await Promise.all(Object.values(bare).map((one) => one.close()));
  }
}
