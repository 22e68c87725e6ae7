import type Router from '@koa/router';
import { exportFormats, exportTrail, isExportFormat } from '../../shared/audit/export.ts';
import { isCursor, readTrail, type TrailEntry, type TrailFilter } from '../../shared/audit/trail.ts';
import { readTrailFilter, type TypedFilter, trailFilterNames } from '../../shared/audit/trail-query.ts';
import { moment } from '../../shared/pages/moment.ts';
import { say } from '../messages/say.ts';
import { showPage } from '../pages/pages.ts';
import { notFound } from '../pages/problems.ts';
import type { BrowserContext, BrowserState } from '../sign-in/state.ts';
import type { AdminServices } from './router.ts';

/** Entries on one page. */
const pageSize = 50;

/** `/admin/audit/`: who did what, and when. */
export function auditRoutes(router: Router<BrowserState>, { knex, pool, config }: AdminServices): void {
  router.get('/admin/audit/', async (ctx) => {
    const typed = typedIn(ctx);
    const { filter, errors } = await readTrailFilter(knex, typed);
    const asked = String(ctx.query.cursor ?? '');
    const cursor = isCursor(asked) ? asked : null;
    const nothing = { entries: [], next: null };
    const { entries, next } = filter ? await readTrail(pool, filter, { limit: pageSize, cursor }) : nothing;
    const narrowed = Object.fromEntries(Object.entries(typed).filter(([, value]) => value !== ''));
    const at = (more: Record<string, string>) => new URLSearchParams({ ...narrowed, ...more }).toString();
    showPage(
      ctx,
      'admin-audit',
      {
        values: typed,
        errors,
        isNarrowed: Object.keys(narrowed).length > 0,
        isFirst: cursor === null,
        entries: entries.map((entry) => entryView(entry, config.timeZone)),
        first: `?${at({})}`,
        next: next && `?${at({ cursor: next })}`,
        exports: Object.keys(exportFormats).map((as) => ({ as, href: `/admin/audit/export/?${at({ as })}` })),
      },
      errors ? 422 : 200,
    );
  });

  router.get('/admin/audit/export/', async (ctx) => {
    const format = String(ctx.query.as);
    const { filter } = await readTrailFilter(knex, typedIn(ctx));
    if (!isExportFormat(format) || !filter) throw notFound();
    await send(ctx, filter, format);
  });

  function send(ctx: BrowserContext, filter: TrailFilter, format: keyof typeof exportFormats): void {
    ctx.attachment(`audit-trail.${format}`);
    ctx.set({ 'Content-Type': exportFormats[format], 'Cache-Control': 'no-store' });
    ctx.body = exportTrail(pool, filter, format);
  }
}

function typedIn(ctx: BrowserContext): TypedFilter {
  const read = (name: string) =>
    String(ctx.query[name] ?? '')
      .replaceAll('\0', '')
      .trim()
      .slice(0, 255);
  return Object.fromEntries(trailFilterNames.map((name) => [name, read(name)])) as TypedFilter;
}

function entryView(entry: TrailEntry, timeZone: string) {
  return {
    ...entry,
    at: moment(new Date(entry.at), timeZone),
    did: entry.action.replaceAll('_', ' '),
    kind: entry.resource.replaceAll('_', ' '),
    changes: Object.entries(entry.changes).map(([name, { old, new: now }]) => ({
      name: name.replaceAll('_', ' '),
      old: old === undefined ? null : printed(old),
      new: now === undefined ? null : printed(now),
    })),
  };
}

/** A value as people read it. */
function printed(value: unknown): string {
  if (value === null || value === '') return say('audit.empty');
  if (typeof value === 'boolean') return value ? say('audit.yes') : say('audit.no');
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}
