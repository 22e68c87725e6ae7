import { stringify } from 'qs';
import type { Row } from '../../resources/declaration.ts';

/** A page of a list, as it was asked for. */
export interface PageAsked {
  /** Address of the list without its query, absolute. */
  readonly url: string;
  readonly limit: number;
  readonly offset: number;
  /** Rows in all. */
  readonly total: number;
  /** Whether that is an estimate: nobody counts very long lists to their end. */
  readonly estimated?: boolean;
  /** Rows of this page. */
  readonly shown: number;
  /** What the links repeat beside the page: the filters, wherever they came from. */
  readonly asked: Row;
}

/** `meta` and `links` of a list, as Laravel's resources have them. A page behind the last is empty, and no error. */
export function pageFacts({ url, limit, offset, total, estimated = false, shown, asked }: PageAsked) {
  const current = offset / limit + 1;
  const last = Math.max(1, Math.ceil(total / limit));
  // Null in a list asks for rows without one; the query writes it as the empty text.
  const filters = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== null));
  const link = (page: number) =>
    `${url}?${stringify({ ...filters, per_page: limit, page }, { arrayFormat: 'brackets' })}`;
  return {
    meta: {
      current_page: current,
      from: shown > 0 ? offset + 1 : null,
      last_page: last,
      per_page: limit,
      to: shown > 0 ? offset + shown : null,
      total,
      ...(estimated && { total_is_estimate: true }),
      path: url,
    },
    links: {
      first: link(1),
      last: link(last),
      prev: current > 1 ? link(Math.min(current - 1, last)) : null,
      next: current < last ? link(current + 1) : null,
    },
  };
}
