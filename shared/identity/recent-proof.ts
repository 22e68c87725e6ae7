/** For so long after proving who one is, sensitive things are done without asking again; minutes. */
export const recentMinutes = 10;

/** Where people prove again who they are. */
export const confirmPath = '/accounts/confirm/';

/** Whether somebody proved who they are a short time ago. */
export const isRecent = (provedAt: Date): boolean => Date.now() - provedAt.getTime() < recentMinutes * 60_000;
