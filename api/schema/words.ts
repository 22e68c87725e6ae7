/** A title within a sentence: `Host hardware` → `host hardware`, but `NIC` stays. */
export const inWords = (title: string): string =>
  /^[A-Z]{2}/.test(title) ? title : title.charAt(0).toLowerCase() + title.slice(1);

/** The article before a title. */
export const article = (title: string): string => (/^[aeio]/i.test(title) ? 'an' : 'a');
