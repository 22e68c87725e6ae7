import { ConfigError, loadConfig, loadEnvFile } from './config.ts';
import { closeServices, openServices } from './services.ts';

// `npm run migrate`: brings the tables up to date without serving, for deployments that do so in a step of its own.
try {
  loadEnvFile();
  // Opening the services migrates.
  await closeServices(await openServices(loadConfig(), { role: 'migrate' }));
  console.log('The database is up to date.');
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
