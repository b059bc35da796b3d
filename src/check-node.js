// Runs before the start, on whatever Node there is: TypeScript without a build needs Node 24.
// Plain old JavaScript, so that an old Node can read it, too.
var major = Number(process.versions.node.split('.')[0])
if (major < 24) {
  console.error(
    'mail-event-hub needs Node 24 or newer; this is ' +
      process.version +
      '. On Linux (x64, arm64) and macOS (arm64) `npm ci` brings it: were optional dependencies left out?',
  )
  process.exit(1)
}
