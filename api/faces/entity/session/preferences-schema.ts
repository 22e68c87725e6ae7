import Type, { type Static } from 'typebox';
import type { Config } from '../../../../shared/config.ts';

const text = (maxLength = 100) => Type.Optional(Type.String({ maxLength }));
const flag = Type.Optional(Type.Boolean());
const names = Type.Optional(Type.Array(Type.String({ maxLength: 100 }), { maxItems: 500 }));
/** Whatever a client puts into it; of an `Object` the unknown names would be dropped. */
const anything = Type.Record(Type.String(), Type.Unknown());
const object = Type.Optional(anything);

/** What people may prefer. Nothing here depends on it; clients keep it for themselves. */
export const preferencesSchema = Type.Object({
  locale: text(),
  localeId: text(),
  language: text(10),
  timeZone: text(),
  dateFormat: text(50),
  timeFormat: text(50),
  weekStart: Type.Optional(Type.Integer({ minimum: 0, maximum: 6 })),
  decimalMark: text(1),
  thousandSeparator: text(1),
  defaultCurrency: text(3),
  theme: text(),
  tabList: names,
  useCustomTabList: flag,
  dashboardLayout: Type.Optional(Type.Array(anything, { maxItems: 50 })),
  dashletsOptions: object,
  presetFilters: object,
  receiveAssignmentEmailNotifications: flag,
  receiveMentionEmailNotifications: flag,
  receiveStreamEmailNotifications: flag,
  assignmentNotifications: flag,
  autoFollowEntityTypeList: names,
  followCreatedEntities: flag,
  followCreatedEntityTypeList: names,
  followEntityOnStreamPost: flag,
  scopeColorsDisabled: flag,
  tabColorsDisabled: flag,
});
export type Preferences = Static<typeof preferencesSchema>;

/** The language of the product's own words. */
export const language = 'en_US';

/** What holds for whoever chose nothing. */
export const standardPreferences = ({ timeZone }: Pick<Config, 'timeZone'>): Preferences => ({
  locale: language,
  language,
  timeZone,
  dateFormat: 'YYYY-MM-DD',
  timeFormat: 'HH:mm',
  weekStart: 1,
  decimalMark: '.',
  thousandSeparator: ',',
  defaultCurrency: 'USD',
  theme: '',
  tabList: [],
  useCustomTabList: false,
  dashboardLayout: [],
  dashletsOptions: {},
  presetFilters: {},
  receiveAssignmentEmailNotifications: false,
  receiveMentionEmailNotifications: false,
  receiveStreamEmailNotifications: false,
  assignmentNotifications: false,
  autoFollowEntityTypeList: [],
  followCreatedEntities: false,
  followCreatedEntityTypeList: [],
  followEntityOnStreamPost: false,
  scopeColorsDisabled: false,
  tabColorsDisabled: false,
});
