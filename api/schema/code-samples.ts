import type { JsonSchema, Method, SecurityRequirement } from './openapi.ts';

/** A call as source text. */
export interface CodeSample {
  readonly lang: string;
  readonly label: string;
  readonly source: string;
}

/** What a sample sends. */
export interface Sampled {
  readonly method: Method;
  /** Whole URL, with a query where one shows something. */
  readonly url: string;
  readonly body?: unknown;
  readonly security?: readonly SecurityRequirement[];
  /** Whether the answer is JSON to read; a delete has none. */
  readonly answers: boolean;
}

/** The call in three languages, ready to paste once `TOKEN` is in the environment. */
export function codeSamples(call: Sampled): CodeSample[] {
  return [
    { lang: 'Shell', label: 'curl', source: curl(call) },
    { lang: 'Python', label: 'Python', source: python(call) },
    { lang: 'JavaScript', label: 'JavaScript', source: javaScript(call) },
  ];
}

type Credentials = 'none' | 'token' | 'session';

function credentialsOf({ security }: Sampled): Credentials {
  if (!security || security.some((alternative) => Object.keys(alternative).length === 0)) return 'none';
  return security.every((alternative) => 'cookieAuth' in alternative) ? 'session' : 'token';
}

function curl(call: Sampled): string {
  const verb = call.method === 'get' ? '' : ` -X ${call.method.toUpperCase()}`;
  const credentials = {
    none: [],
    token: ['-H "Authorization: Bearer $TOKEN"'],
    session: ['-b "qm_session=$SESSION"', '-H "X-CSRFToken: $CSRF_TOKEN"', `-H "Origin: ${new URL(call.url).origin}"`],
  }[credentialsOf(call)];
  const body =
    call.body === undefined
      ? []
      : [
          "-H 'Content-Type: application/json'",
          `-d '${JSON.stringify(call.body, null, 2).replaceAll("'", String.raw`'\''`)}'`,
        ];
  return [`curl${verb} '${call.url}'`, ...credentials, ...body].join(' \\\n  ');
}

function python(call: Sampled): string {
  const session = credentialsOf(call) === 'session';
  const token = credentialsOf(call) === 'token';
  const options = [
    ...(token ? [`headers={"Authorization": f"Bearer {os.environ['TOKEN']}"},`] : []),
    ...(session
      ? [
          'cookies={"qm_session": os.environ["SESSION"]},',
          `headers={"X-CSRFToken": os.environ["CSRF_TOKEN"], "Origin": "${new URL(call.url).origin}"},`,
        ]
      : []),
    ...(call.body === undefined ? [] : [`json=${pythonValue(call.body)},`]),
  ];
  return [
    ...(token || session ? ['import os', ''] : []),
    'import requests',
    '',
    `response = requests.${call.method}(`,
    `    "${call.url}",`,
    ...options.map((option) => `    ${option}`),
    '    timeout=30,',
    ')',
    'response.raise_for_status()',
    ...(call.answers ? ['print(response.json())'] : []),
  ].join('\n');
}

function javaScript(call: Sampled): string {
  const credentials = credentialsOf(call);
  const headers = [
    ...(credentials === 'token' ? ["Authorization: 'Bearer ' + process.env.TOKEN"] : []),
    ...(credentials === 'session' ? ["'X-CSRFToken': csrfToken"] : []),
    ...(call.body === undefined ? [] : ["'Content-Type': 'application/json'"]),
  ];
  const options = [
    ...(call.method === 'get' ? [] : [`method: '${call.method.toUpperCase()}',`]),
    ...(headers.length > 0 ? [`headers: { ${headers.join(', ')} },`] : []),
    ...(call.body === undefined ? [] : [`body: JSON.stringify(${scriptValue(call.body)}),`]),
  ];
  const opened = options.length > 0 ? [`, {`, ...options.map((option) => `  ${option}`), '});'].join('\n') : ');';
  return [
    `const response = await fetch('${call.url}'${opened}`,
    'if (!response.ok) throw new Error(await response.text());',
    ...(call.answers ? ['console.log(await response.json());'] : []),
  ].join('\n');
}

function pythonValue(value: unknown): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (Array.isArray(value)) return `[${value.map(pythonValue).join(', ')}]`;
  if (typeof value !== 'object') return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([name, one]) => `${JSON.stringify(name)}: ${pythonValue(one)}`)
    .join(', ')}}`;
}

function scriptValue(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(scriptValue).join(', ')}]`;
  if (typeof value !== 'object' || value === null) {
    return typeof value === 'string'
      ? `'${JSON.stringify(value).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`
      : String(value);
  }
  const entries = Object.entries(value).map(
    ([name, one]) => `${/^[a-z_$][\w$]*$/i.test(name) ? name : `'${name}'`}: ${scriptValue(one)}`,
  );
  return entries.length > 0 ? `{ ${entries.join(', ')} }` : '{}';
}

/** A body that fits an endpoint's schema: its required properties, or those with an example. */
export function bodyExample(schema: JsonSchema): Record<string, unknown> {
  const properties = (schema.properties ?? {}) as Record<string, JsonSchema>;
  const required = new Set((schema.required as string[] | undefined) ?? []);
  const chosen = Object.entries(properties).filter(([name, one]) => required.has(name) || Array.isArray(one.examples));
  const [first] = Object.entries(properties);
  return Object.fromEntries(
    (chosen.length > 0 || !first ? chosen : [first]).map(([name, one]) => [name, valueExample(name, one)]),
  );
}

function valueExample(name: string, schema: JsonSchema): unknown {
  if (Array.isArray(schema.examples)) return schema.examples[0];
  if (Array.isArray(schema.anyOf)) return valueExample(name, schema.anyOf[0] as JsonSchema);
  switch (schema.type) {
    case 'integer':
    case 'number':
      return 1;
    case 'boolean':
      return true;
    case 'array':
      return [];
    default:
      return schema.format === 'email' ? 'ada@example.org' : name.replaceAll('_', ' ');
  }
}
