/** The oldest Node.js that the test runner and the linter run on. */
const oldest = { major: 20, minor: 19 };

/** Ends the process with a message when Node.js is too old. */
export function requireSupportedNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > oldest.major || (major === oldest.major && minor >= oldest.minor)) return;
  console.error(
    `Antiphon needs Node.js ${oldest.major}.${oldest.minor} or newer (24 is recommended); ` +
      `this is ${process.version}.\nInstall a newer one from https://nodejs.org or with your ` +
      'version manager, then run the command again.',
  );
  process.exit(1);
}
