import type { Context } from 'koa';
import type { Principal } from '../../../shared/access/principal.ts';
import { actionWords, fieldLabel, helpOf, titlesOf } from '../../messages/declared.ts';
import { say } from '../../messages/say.ts';
import type { Target } from '../rest/locate.ts';
import { accessAt } from './access-view.ts';
import type { Browsing } from './browsing.ts';
import { type Cell, cellOf, referencedLabels, type Shown } from './cells.ts';
import { actionForm, rowForm } from './form-view.ts';
import { Labels } from './labels.ts';
import { mayAct, mayDo } from './may-do.ts';
import { doneSentence, prettyJson } from './words.ts';

/** Shows one row: what it holds, and the forms to change and delete it and for what else can be done to it. */
export async function showRow(browsing: Browsing, ctx: Context, { spelled, id }: Target, text: string): Promise<void> {
  const { services, store, document, show } = browsing;
  const principal: Principal = ctx.state.principal;
  const { resource, spelling, listPath, keys, idKey } = spelled;
  const { one, inSentence, many } = titlesOf(resource);
  const { timeZone } = services.config;
  const labels = new Labels(store, principal);
  const row: Shown = JSON.parse(text);
  const number = id ?? 0;
  const label = (await labels.of(resource, [number])).get(number) ?? `${one} ${number}`;
  const referenced = await referencedLabels(spelled, [row], labels);
  const owned = principal.person !== null && (await labels.owns(resource, number));
  const may = mayDo(store, principal, spelled, owned);
  const mayBeDone = mayAct(store, principal, resource, owned);
  const form = { spelled, labels, person: principal.person, config: services.config };
  const known = new Set([idKey, ...keys.map(({ key }) => key)]);
  const facts: { label: string; help: string; cell: Cell }[] = [
    {
      label: idKey === 'url' ? 'URL' : say('browse.number'),
      help: '',
      cell: { kind: 'code', text: String(row[idKey]) },
    },
    ...keys
      .filter(({ field }) => !field.writeOnly && !field.inputOnly)
      .map((key) => ({
        label: fieldLabel(key.key),
        help: helpOf(key.field),
        cell: cellOf(key, row[key.key], spelling.style, referenced, timeZone),
      })),
    // What was shown beside the row on request.
    ...Object.entries(row)
      .filter(([key, value]) => !known.has(key) && value !== null)
      .map(([key, value]) => ({
        label: fieldLabel(key),
        help: '',
        cell: { kind: 'code', text: JSON.stringify(value) } as const,
      })),
  ];

  show(ctx, 'row', {
    title: label,
    one: inSentence,
    many,
    listPath,
    path: `${listPath}${number}/`,
    done: doneSentence(ctx.state.done),
    facts,
    form: may('change') ? await rowForm({ ...form, row }) : null,
    deletable: may('delete'),
    actions: await Promise.all(
      Object.entries(resource.actions ?? {})
        .filter(([, action]) => mayBeDone(action))
        .map(async ([name, action]) => ({
          path: `${listPath}${number}/${name}/`,
          ...actionWords(action),
          confirm: action.confirm ?? false,
          form: await actionForm(form, action),
        })),
    ),
    access: ['', ...Object.keys(resource.actions ?? {}).map((name) => `${name}/`)].flatMap((end) =>
      accessAt(document, `${listPath}{id}/${end}`),
    ),
    json: prettyJson(text),
    request: `GET ${ctx.path}${ctx.querystring ? `?${ctx.querystring}` : ''}`,
  });
}
