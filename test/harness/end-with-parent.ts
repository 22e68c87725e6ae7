import cluster from 'node:cluster';

// Loaded into child processes of tests: when the test process goes, however it goes, they go too. Those that they run
// themselves end with them anyway, and need their line to them.
if (!cluster.isWorker) {
  process.on('disconnect', () => process.exit(1));
  process.channel?.unref();
}
