// Loaded into child processes of tests: when the test process goes, however it goes, they go too.
process.on('disconnect', () => process.exit(1));
process.channel?.unref();
