/** `part_category` → `PartCategory`. */
export const pascalCase = (name: string): string => name.split('_').map(capitalized).join('');

/** `serial_no` → `serialNo`; what begins with a capital keeps it. */
export const camelCase = (name: string): string => {
  const [first = '', ...rest] = name.split('_');
  return first + rest.map(capitalized).join('');
};

export const capitalized = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
