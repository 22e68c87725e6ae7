import { enableCompileCache } from 'node:module';
import { join } from 'node:path';

// Loaded before a program, by `node --import`: what Node makes of the sources is kept beside the packages, so that later
// starts take half the time. Where nothing can be written, a start takes as long as the first.
enableCompileCache(join(import.meta.dirname, '..', '..', 'node_modules', '.cache', 'compiled'));
