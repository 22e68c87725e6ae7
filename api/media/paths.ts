/** Whether a form sent to this path may hold files. */
export const takesFiles = (path: string): boolean => /^\/api\/attachment\/?$/.test(path);
