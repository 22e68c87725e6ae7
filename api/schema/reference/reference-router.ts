import { join } from 'node:path';
import { Router } from '@koa/router';
import type { Middleware } from 'koa';
import { roles } from '../../../shared/access/roles.ts';
import { defaultLanguage, inLanguage } from '../../../shared/messages/language.ts';
import type { Services } from '../../../shared/services.ts';
import { sendProblem } from '../../dialect.ts';
import { pageShower } from '../../page.ts';
import type { DescribedApi } from '../describe-api.ts';
import type { OpenApiDocument } from '../openapi.ts';
import { scopeSentences } from '../security.ts';
import { referenceView } from './reference-view.ts';

/**
 * The API pages: an overview with every operation at `/api-doc/`, and one page a group. They are printed here, from the
 * document, so that they can be read without scripts and under a policy that lets none in but our own.
 */
export function apiPages(services: Services, described: Pick<DescribedApi, 'document'>): Middleware {
  const show = pageShower(services, join(import.meta.dirname, 'templates'));
  const { publicUrl } = services.config;
  let made: ReturnType<typeof viewOf> | null = null;
  const view = () => {
    made ??= viewOf(described.document);
    return made;
  };
  const common = { publicUrl, sheets: ['api.css'], scripts: ['api.js'] };

  const router = new Router();
  router.get(['/api-doc', '/api-doc/'], (ctx) => {
    const { reference, tags } = view();
    const { groups } = reference;
    const query = typeof ctx.query.q === 'string' ? ctx.query.q.trim() : '';
    const words = query.toLowerCase().split(/\s+/).filter(Boolean);
    const found = tags
      .map((tag) => ({
        tag,
        operations: tag.operations.filter((operation) => words.every((word) => operation.words.includes(word))),
      }))
      .filter(({ operations }) => operations.length > 0);
    show(ctx, 'overview', { ...common, groups, reference, query, found, scopes: scopeSentences, roles, slug: '' });
  });
  router.get(['/api-doc/:slug', '/api-doc/:slug/'], (ctx) => {
    const { reference, tags } = view();
    const tag = tags.find(({ slug }) => slug === ctx.params.slug);
    if (!tag) return sendProblem(ctx, 404, 'The API pages have no such part.');
    return show(ctx, 'group', { ...common, groups: reference.groups, tag, slug: tag.slug, query: '' });
  });
  // Cores' place for the same.
  router.get(['/api/docs', '/api/docs/'], (ctx) => {
    ctx.status = 308;
    ctx.redirect('/api-doc/');
  });
  const routes = router.routes() as unknown as Middleware;
  // The document is written in English, so its pages are English all through.
  return (ctx, next) =>
    ctx.path.startsWith('/api-doc') || ctx.path.startsWith('/api/docs')
      ? inLanguage(defaultLanguage, () => routes(ctx, next))
      : next();
}

/** What the pages show, and every part of it on its own. */
function viewOf(document: OpenApiDocument) {
  const reference = referenceView(document);
  return { reference, tags: reference.groups.flatMap((group) => group.tags) };
}
