export { freshDatabase } from './database-server.ts';
export { makeGroup, type PersonWishes, type TestPerson } from './people.ts';
export type { RequestWishes } from './request.ts';
export { runProcess, type ServiceProcess, startProcess } from './service-process.ts';
export { freshServices, type Running, start } from './start.ts';
