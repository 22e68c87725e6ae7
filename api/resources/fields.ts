import { type TSchema, Type } from 'typebox';

/** Which rows of a field's target a form offers to choose from. It guides; what may be written is for the hooks to say. */
export interface Options {
  /** SQL over the target's `{paths}`: the rows that make sense at all. */
  only?: string;
  /** What another value of the form narrows them to: its name → SQL over the target's `{paths}` with `{value}`, an id. */
  by?: Readonly<Record<string, string>>;
  /** A reference of the target, whose labels stand as headings over them. */
  under?: string;
}

/** What every kind of field may say about itself. */
interface Common {
  /** May be null; then it is not required and its default is null. */
  nullable?: boolean;
  /** Value when a create leaves it out. Without one (and not nullable, not blank) the field is required. */
  default?: unknown;
  /** A create that leaves it out means the asking person; the resource's hook puts them in. */
  caller?: boolean;
  /** Column of the table, where it isn't the field's own name (references: the name and `_id`). */
  column?: string;
  /** Never written by clients. */
  readOnly?: boolean;
  /** Taken but never shown. */
  writeOnly?: boolean;
  /** Taken but neither stored nor shown: for `multiply` and hooks. */
  inputOnly?: boolean;
  /** In no face; only hooks and SQL see it. */
  hidden?: boolean;
  /** Only in spellings and views that name it. */
  aside?: boolean;
  /** Only superusers may write it. */
  superuserOnly?: boolean;
  /** reference, many: the rows that forms offer. */
  options?: Options;
  /** json objects: a partial change adds to the keys that are there; only a whole one puts others in their place. */
  merges?: boolean;
  /** boolean: whether the caller follows the row; what they write is kept with their subscriptions. */
  follows?: boolean;
  /** computed: its value in a row just made, where it speaks of rows that refer to this one. */
  atFirst?: null | number | boolean;
  /** One sentence for API readers and forms. */
  help?: string;
  /** A value that shows readers of the API what to send; a create's example holds it. */
  example?: unknown;
}

export type FieldKind =
  | 'integer'
  | 'decimal'
  | 'text'
  | 'boolean'
  | 'choice'
  | 'timestamp'
  | 'date'
  | 'reference'
  | 'many'
  | 'interface'
  | 'address'
  | 'network'
  | 'mac'
  | 'texts'
  | 'json';

/** A field as the rest of the product sees it. `schema` is the JSON Schema of its canonical value, null aside. */
export interface Field extends Common {
  readonly kind: FieldKind;
  readonly schema: TSchema;
  /** `''` is a value like others; the field is then not required. */
  readonly blank?: boolean;
  /** Turns other ways in which clients write a value into its own. */
  readonly alsoWritten?: (raw: unknown) => unknown;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  /** choice: value to label. */
  readonly choices?: Readonly<Record<string, string>>;
  /** reference, many: name of the resource at the other end. */
  readonly target?: string;
  /** many: the table between, and its two columns. */
  readonly through?: { table: string; from: string; to: string };
  /** text: the key of a file in the media folder. Forms send files; null takes it away; what was shown is passed over. */
  readonly file?: boolean;
  /** file: it must be an image, and has a thumbnail. */
  readonly image?: boolean;
  /** decimal: as a JSON number or, for money, as text. */
  readonly as?: 'number' | 'text';
  /** computed: the SQL behind it, with `{paths}`; never written. */
  readonly sql?: string;
}

type Text = Common & { maxLength?: number; blank?: boolean };
type Number_ = Common & { minimum?: number; maximum?: number };

const INTEGER_MAX = 2_147_483_647;

/** A whole number; 32 bits unless `minimum`/`maximum` say less. */
export const integer = (options: Number_ = {}): Field => ({
  kind: 'integer',
  schema: Type.Integer({ minimum: options.minimum ?? -INTEGER_MAX - 1, maximum: options.maximum ?? INTEGER_MAX }),
  ...options,
});

/** An exact decimal: `numeric` in the table, a plain JSON number on the wire (or text, for money). */
export const decimal = (options: Number_ & { as?: 'number' | 'text' } = {}): Field => ({
  kind: 'decimal',
  schema: Type.Number({
    ...(options.minimum === undefined ? {} : { minimum: options.minimum }),
    ...(options.maximum === undefined ? {} : { maximum: options.maximum }),
  }),
  as: 'number',
  ...options,
});

/** Text of at most `maxLength` characters. `blank` admits `''` and makes it the default. */
export const text = (options: Text = {}): Field => ({
  kind: 'text',
  schema: Type.String({
    ...(options.blank || options.readOnly ? {} : { minLength: 1 }),
    ...(options.maxLength ? { maxLength: options.maxLength } : {}),
  }),
  ...options,
});

/** A file; answers show where it is served. */
export const file = (options: Common = {}): Field => ({
  kind: 'text',
  schema: Type.String(),
  nullable: true,
  file: true,
  ...options,
});

/** A file that is an image. */
export const image = (options: Common = {}): Field => ({
  ...file({ help: 'A PNG, JPEG, WebP or GIF.' }),
  image: true,
  ...options,
});

/** Where the thumbnail of the image at a path is served; '' without one. */
export const thumbnail = (path: string): Field =>
  computed(
    text({ help: 'The image at most 256 pixels wide and high.' }),
    String.raw`CASE WHEN {${path}} LIKE 'images/%' THEN '/media/' || regexp_replace({${path}}, '\.(\w+)$', '.thumbnail.\1') ELSE '' END`,
  );

export const boolean = (options: Common = {}): Field => ({ kind: 'boolean', schema: Type.Boolean(), ...options });

/** One of a few values. Whole-number values are integers in the table and on the wire. */
export const choice = (choices: Readonly<Record<string, string>>, options: Common = {}): Field => {
  const keys = Object.keys(choices);
  return {
    kind: 'choice',
    choices,
    schema: hasNumbers({ choices })
      ? Type.Unsafe<number>({ type: 'integer', enum: keys.map(Number) })
      : Type.Unsafe<string>({ type: 'string', enum: keys }),
    ...options,
  };
};

/** Whether a choice's values are whole numbers. */
export const hasNumbers = ({ choices }: Pick<Field, 'choices'>): boolean =>
  Object.keys(choices ?? {}).every((key) => /^\d+$/.test(key));

/** A moment: `timestamptz`. Canonical value: an ISO 8601 text with offset. */
export const timestamp = (options: Common = {}): Field => ({
  kind: 'timestamp',
  schema: Type.String({ format: 'date-time' }),
  ...options,
});

/** A day, `YYYY-MM-DD`. */
export const date = (options: Common = {}): Field => ({
  kind: 'date',
  schema: Type.String({ format: 'date' }),
  ...options,
});

/** The id of a row of another resource. The foreign key, and what deleting the other end does, is in the migration. */
export const reference = (target: string, options: Common = {}): Field => ({
  kind: 'reference',
  target,
  schema: Type.Integer({ minimum: 1, maximum: INTEGER_MAX }),
  ...options,
});

/** Ids of rows of another resource, through a table between. Writing it replaces the whole set. */
export const many = (
  target: string,
  through: { table: string; from: string; to: string },
  options: Common = {},
): Field => ({
  kind: 'many',
  target,
  through,
  schema: Type.Array(Type.Integer({ minimum: 1, maximum: INTEGER_MAX }), { uniqueItems: true }),
  default: [],
  ...options,
});

/** An IP address with its prefix length, `10.0.0.1/32`: `inet`. */
export const interfaceAddress = (options: Common = {}): Field => ({
  kind: 'interface',
  schema: Type.String({ format: 'ip-interface' }),
  ...options,
});

/** An IP address alone, `10.0.0.1`: `inet` without prefix. A prefix in the input is dropped. */
export const address = (options: Common = {}): Field => ({
  kind: 'address',
  schema: Type.String({ format: 'ip' }),
  ...options,
});

/** An IP network, `192.168.0.0/24`, host bits zero: `cidr`. */
export const network = (options: Common = {}): Field => ({
  kind: 'network',
  schema: Type.String({ format: 'ip-network' }),
  ...options,
});

/** A MAC address in any usual notation; canonical and printed as `a0:36:9f:af:12:34`. */
export const mac = (options: Common = {}): Field => ({
  kind: 'mac',
  schema: Type.String({ format: 'mac' }),
  ...options,
});

/** A list of texts: `text[]`. */
export const texts = (options: Common & { maxLength?: number } = {}): Field => ({
  kind: 'texts',
  schema: Type.Array(Type.String({ minLength: 1, ...(options.maxLength ? { maxLength: options.maxLength } : {}) })),
  ...options,
});

/** Any JSON value: `jsonb`. */
export const json = (schema: TSchema = Type.Unknown(), options: Common = {}): Field => ({
  kind: 'json',
  schema,
  ...options,
});

/**
 * A value that PostgreSQL works out at each read. `of` is any of the constructors above, saying what comes out;
 * `sql` may use `{paths}` from this resource on, `{me}` (id of the asking person or null) and `{now}`.
 */
export const computed = (of: Field, sql: string): Field => ({ ...of, sql, readOnly: true });

/** Whether a create must give the field. */
export function isRequired(field: Field): boolean {
  return !(
    field.nullable ||
    field.readOnly ||
    field.sql !== undefined ||
    field.hidden ||
    field.default !== undefined ||
    field.caller ||
    field.blank
  );
}

/** The column that holds a stored field; null for computed ones and sets. */
export function columnOf(name: string, field: Field): string | null {
  if (field.sql !== undefined || field.kind === 'many' || field.inputOnly) return null;
  return field.column ?? (field.kind === 'reference' ? `${name}_id` : name);
}
