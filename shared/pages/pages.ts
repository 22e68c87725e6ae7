import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Eta } from 'eta';
import type { Person } from '../access/principal.ts';
import { currentLanguage, languages } from '../messages/language.ts';
import type { Speaker } from '../messages/speaker.ts';
import { assetUrl } from './assets.ts';
import type { Moment } from './moment.ts';

/** What every page shows around its own content. */
export interface Frame {
  /** Name of the installation. */
  readonly instanceName: string;
  /** Who is signed in, if anybody. */
  readonly person: Person | null;
  /** The token that forms carry; empty when the page has none. */
  readonly csrf: string;
  /** When a superuser who stands in for the person is themself again; null when nobody does. */
  readonly standIn: { readonly end: Moment } | null;
  /** The path of the page, to mark its place in the navigation. */
  readonly path: string;
  /** Where the page is shown again, in another language. */
  readonly address: string;
}

/** Prints one of a folder's templates as a whole HTML document. Everything in `view` is escaped unless a template says otherwise. */
export type RenderPage = (template: string, view: object, frame?: Partial<Frame>) => string;

const nobody: Frame = { instanceName: 'Quartermaster', person: null, csrf: '', standIn: null, path: '', address: '/' };
const ownTemplates = join(import.meta.dirname, 'templates');

/**
 * Makes the printer for the templates (`*.eta`) of a folder. They choose a layout (`@page` or `@focus`) and may include
 * the shared parts of `shared/pages/templates`, whose names begin with `@`, and say things by `say` and `rich`.
 */
export function pagesIn<Key extends string>(folder: string, { say, rich }: Speaker<Key>): RenderPage {
  const eta = new Eta({ functionHeader: 'const { frame, asset, say, rich } = it.around;' });
  const escaped = eta.config.escapeFunction;
  eta.configure({ escapeFunction: (value) => escaped(value ?? '') });
  for (const [from, prefix] of [
    [ownTemplates, '@'],
    [folder, ''],
  ] as const) {
    for (const file of readdirSync(from)) {
      if (file.endsWith('.eta')) {
        eta.loadTemplate(
          `${prefix || '@own/'}${file.slice(0, -'.eta'.length)}`,
          readFileSync(join(from, file), 'utf8'),
        );
      }
    }
  }
  return (template, view, frame = {}) => {
    const spoken = { language: currentLanguage(), languages };
    const around = { frame: { ...nobody, ...spoken, ...frame }, asset: assetUrl, say, rich };
    return eta.render(`@own/${template}`, { ...view, around });
  };
}
